"""SSIM and MS-SSIM with pytorch-msssim: 11×11 Gaussian with σ = 1.5, RGB, range 1."""

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Pixels


def ssim(picture: Pixels, reference: Pixels) -> float:
    """Return the SSIM, at most 1, of H×W×3 8-bit pictures of at least 11×11 pixels."""
    from pytorch_msssim import ssim as measure

    return float(measure(_tensor(picture), _tensor(reference), data_range=1.0))


def ms_ssim(picture: Pixels, reference: Pixels) -> float:
    """Return the MS-SSIM, at most 1, of H×W×3 8-bit pictures, with five scales.

    Raises:
        ValueError: if a side has 160 pixels or fewer: the coarsest scale would be too small.
    """
    from pytorch_msssim import ms_ssim as measure

    if min(picture.shape[:2]) <= 160:
        raise ValueError(f"MS-SSIM needs more than 160 pixels per side, not {picture.shape[:2]}")
    return float(measure(_tensor(picture), _tensor(reference), data_range=1.0))


def _tensor(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
