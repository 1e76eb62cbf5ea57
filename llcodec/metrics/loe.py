"""Lightness order error (LOE): how often enhancement changes which of two pixels is lighter.

S. Wang, J. Zheng, H.-M. Hu, B. Li, "Naturalness Preserved Enhancement Algorithm for Non-Uniform
Illumination Images", IEEE Transactions on Image Processing 22(9), 2013.
"""

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from llcodec._arrays import Pixels

Sampling = Literal["bicubic", "local-max"]
_REACH = 7


def loe(
    picture: Pixels, source: Pixels, short_side: int = 50, *, sampling: Sampling = "bicubic"
) -> float:
    """Return the LOE of an enhanced ``picture`` against its ``source``, H×W×3 8-bit.

    Lightness is max(R, G, B) at a reduced size. For each of the m pixels of the reduced picture,
    count the pixels whose order relative to it (≥, or not) differs between ``picture`` and
    ``source``. The LOE is the mean count, from 0 (same order) to m − 1. It grows with m, so values
    for different ``short_side`` cannot be compared: 600×400 gives m = 75·50 = 3750.

    The paper does not say how to reduce the size, and published figures differ in it. ``sampling``
    is one of:

    - ``bicubic``: antialiased bicubic (a = −1/2) to round(H·r)×round(W·r) with
      r = short_side / min(H, W), 8 bits. This is what MATLAB scripts with ``imresize`` do; Pillow,
      which is used here, differs from it at the borders. It averages noise, but a tone curve alone
      does not score 0.
    - ``local-max``: every n-th sample, n = floor(min(H, W) / short_side), of the maximum over 15×15
      pixels, as in the ``LOE.m`` that is common in evaluations of enhancers (such as STAR, TIP
      2020). Every strictly increasing tone curve scores exactly 0; removed noise counts as an
      error.

    Raises:
        ValueError: when the shapes differ, or the shorter side is below ``short_side``.
    """
    if picture.shape != source.shape:
        raise ValueError(f"shapes differ: {picture.shape} and {source.shape}")
    if short_side < 1 or min(source.shape[:2]) < short_side:
        raise ValueError(f"short side {short_side} does not fit a picture of {source.shape[:2]}")
    small = {"bicubic": _bicubic, "local-max": _local_max}[sampling]
    return _mean_disagreements(*(small(_lightness(p), short_side) for p in (picture, source)))


def _lightness(picture: Pixels) -> Pixels:
    # Many times faster than the maximum along an axis of length three.
    return np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])


def _bicubic(lightness: Pixels, short_side: int) -> Pixels:
    ratio = short_side / min(lightness.shape)
    height, width = (int(side * ratio + 0.5) for side in lightness.shape)
    image = Image.fromarray(lightness).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _local_max(lightness: Pixels, short_side: int) -> Pixels:
    step = min(lightness.shape) // short_side
    for _ in range(2):
        rows = np.pad(lightness, ((_REACH, _REACH), (0, 0)), mode="edge")
        windows = sliding_window_view(rows, 2 * _REACH + 1, axis=0)
        lightness = windows[step - 1 :: step].max(axis=2).T
    return lightness


def _mean_disagreements(first: Pixels, second: Pixels) -> float:
    # There are at most 256² different pairs of values: their joint histogram covers all m² pairs.
    codes = first.ravel().astype(np.intp) * 256 + second.ravel()
    counts = np.bincount(codes, minlength=256 * 256).reshape(256, 256)
    both = counts.cumsum(axis=0).cumsum(axis=1)  # pixels with values up to (row, column)
    swapped = both[:, -1:] + both[-1:, :] - 2 * both  # up to one of them, above the other
    return float((counts * swapped).sum() / first.size)
