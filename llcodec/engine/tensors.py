"""Pictures as tensors of PyTorch."""

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Floats, Samples, to_floats


def to_tensor(samples: Samples) -> Tensor:
    """Return H×W×3 samples as 1×3×H×W in [0, 1]."""
    return torch.from_numpy(to_floats(samples)).permute(2, 0, 1)[None]


def planes_of(picture: Floats, device: torch.device) -> Tensor:
    """Return a picture H×W×3 as 1×3×H×W, with the channels last in memory."""
    return torch.from_numpy(np.ascontiguousarray(picture)).to(device).permute(2, 0, 1)[None]


def picture_of(planes: Tensor) -> Floats:
    """Return 1×3×H×W as a picture H×W×3."""
    picture: Floats = planes[0].permute(1, 2, 0).cpu().numpy()
    return picture
