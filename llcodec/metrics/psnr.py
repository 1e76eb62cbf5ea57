"""Peak signal-to-noise ratio of 8-bit RGB pictures."""

import math

import numpy as np

from llcodec._arrays import Pixels
from llcodec._bitstream import LUMA_WEIGHTS


def psnr(picture: Pixels, reference: Pixels) -> float:
    """Return the PSNR in dB of H×W×3 8-bit pictures over all pixels and channels.

    Infinite for equal pictures.

    Raises:
        ValueError: when the shapes differ.
    """
    if picture.shape != reference.shape:
        raise ValueError(f"shapes differ: {picture.shape} and {reference.shape}")
    error = picture.astype(np.float64) - reference.astype(np.float64)
    mse = float(np.square(error).mean())
    return math.inf if mse == 0 else 10 * math.log10(255**2 / mse)


def gt_mean_psnr(picture: Pixels, reference: Pixels) -> float:
    """Return the PSNR in dB after scaling ``picture`` to the mean grey of ``reference``.

    GT-mean PSNR hides errors of brightness, so report it only together with :func:`psnr`.
    """
    mean, wanted = (float((p @ np.array(LUMA_WEIGHTS)).mean()) for p in (picture, reference))
    scaled = np.clip(picture * (wanted / max(mean, 1e-6)), 0, 255).round().astype(np.uint8)
    return psnr(scaled, reference)
