"""RGB to YCbCr and back, as VTM is given pictures: BT.709, full range."""

import numpy as np
from numpy.typing import NDArray

from llcodec.data.pairs import Pixels

# Rec. ITU-R BT.709-6, 3.2: the shares of red and blue in luma.
_RED, _BLUE = 0.2126, 0.0722
_GREEN = 1 - _RED - _BLUE

Planes = NDArray[np.uint16]
"""Three planes 3×H×W, Y, Cb and Cr, over the whole range of their depth."""


def to_ycbcr(pixels: Pixels, depth: int) -> Planes:
    """Return the planes of a picture H×W×3 8-bit RGB, ``depth`` bits each, rounded.

    As Rec. ITU-R H.273 has it for the full range: no colour is 2^(depth − 1), so greys stay grey.
    """
    red, green, blue = np.moveaxis(pixels.astype(np.float64) / 255, 2, 0)
    y = _RED * red + _GREEN * green + _BLUE * blue
    cb, cr = 0.5 * (blue - y) / (1 - _BLUE), 0.5 * (red - y) / (1 - _RED)
    white = 2**depth - 1
    planes = np.stack((y, cb, cr)) * white + _zero(depth)
    rounded: Planes = planes.round().clip(0, white).astype(np.uint16)
    return rounded


def from_ycbcr(planes: Planes, depth: int) -> Pixels:
    """Return the picture, H×W×3 8-bit RGB rounded, of planes with ``depth`` bits each."""
    y, cb, cr = (planes.astype(np.float64) - _zero(depth)) / (2**depth - 1)
    red = y + (2 - 2 * _RED) * cr
    blue = y + (2 - 2 * _BLUE) * cb
    green = (y - _RED * red - _BLUE * blue) / _GREEN
    pixels = np.stack((red, green, blue), axis=2).clip(0, 1)
    return (pixels * 255).round().astype(np.uint8)


def _zero(depth: int) -> NDArray[np.float64]:
    """Return what each plane holds where it is dark or without colour, 3×1×1."""
    half = 2.0 ** (depth - 1)
    return np.array([0.0, half, half])[:, None, None]
