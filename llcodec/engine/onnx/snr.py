"""The published ratio of signal to noise, by NumPy; see :mod:`llcodec.nets.snr`."""

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import LUMA_WEIGHTS
from llcodec.nets.constants import LEAST_NOISE

_MARGIN = 2  # of the 5×5 pixels that are averaged


def snr_ratio(picture: Floats) -> Floats:
    """Return the SNR of a picture H×W×3, not yet normalised, H×W."""
    grey: Floats = picture @ np.array(LUMA_WEIGHTS, np.float32)
    blurred = _box_blur(grey)
    ratio: Floats = blurred / (np.abs(grey - blurred) + np.float32(LEAST_NOISE))
    return ratio


def _box_blur(grey: Floats) -> Floats:
    """Return the mean over 5×5 pixels, with mirrored borders, or edges repeated if too small."""
    wide = np.pad(grey, _MARGIN, mode="reflect" if min(grey.shape) > _MARGIN else "edge")
    for axis in (0, 1):
        length = grey.shape[axis]
        shifted = [wide.take(range(n, n + length), axis) for n in range(2 * _MARGIN + 1)]
        wide = np.mean(shifted, 0, np.float32)
    return wide
