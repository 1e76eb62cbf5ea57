"""Conversion between integer samples H×W×3 and float tensors 1×3×H×W."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._arrays import Samples
from llcodec.nets.blocks import luma
from llcodec.nets.tone import THUMBNAIL_SIZE


def white_level(samples: Samples) -> int:
    """Return the sample value of white."""
    return 65535 if samples.dtype == np.uint16 else 255


def to_tensor(samples: Samples) -> Tensor:
    """Return H×W×3 samples as 1×3×H×W in [0, 1]."""
    values = samples.astype(np.float32) / np.float32(white_level(samples))
    return torch.from_numpy(values).permute(2, 0, 1)[None]


def crop(samples: Samples, top: int, left: int, height: int, width: int) -> Tensor:
    """Return a crop as 1×3×height×width, padded by replication beyond the picture."""
    inside = to_tensor(samples[top : top + height, left : left + width])
    pad = (0, width - inside.shape[-1], 0, height - inside.shape[-2])
    return F.pad(inside, pad, mode="replicate") if any(pad) else inside


def to_samples(picture: Tensor, *, sixteen_bit: bool, grey: bool) -> Samples:
    """Return a picture 1×3×H×W as H×W×3 samples: clamped to [0, 1] and rounded.

    ``grey`` pictures get the luma in all three channels.
    """
    if grey:
        picture = luma(picture).expand(-1, 3, -1, -1)
    white, kind = (65535, np.uint16) if sixteen_bit else (255, np.uint8)
    values = (picture[0].nan_to_num().clamp(0, 1) * white).round().permute(1, 2, 0)
    samples: Samples = values.cpu().numpy().astype(kind)
    return samples


def thumbnail_of_samples(samples: Samples) -> Tensor:
    """Return the picture averaged down to 1×3×100×150, in [0, 1].

    The same as area interpolation of the float picture, computed one row of cells at a time.
    """
    height, cells = samples.shape[0], THUMBNAIL_SIZE[0]
    rows = []
    for number in range(cells):
        stripe = samples[number * height // cells : -(-(number + 1) * height // cells)]
        row = torch.from_numpy(stripe.mean(0, np.float64)).T[None]  # 1×3×W
        rows.append(F.interpolate(row, THUMBNAIL_SIZE[1], mode="area"))
    return (torch.stack(rows, 2) / white_level(samples)).float()
