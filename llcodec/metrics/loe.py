"""Lightness order error (LOE): how often an enhanced picture swaps the lighter of two pixels.

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
    """Return the LOE of enhanced ``picture`` against the ``source`` it was made of, H×W×3 8-bit.

    Lightness is max(R, G, B) at a reduced size. For each of the m pixels of the reduced picture,
    count the pixels whose order to it (≥, or not) differs between ``picture`` and ``source``; the
    LOE is the mean count, from 0 (same order) to m − 1. It grows with m, so values of another
    ``short_side`` are on another scale: 600×400 gives m = 75·50 = 3750.

    The paper does not say how to reduce the size, and published figures differ in it. ``sampling``
    is one of:

    - ``bicubic``: to round(H·r)×round(W·r) with r = short_side / min(H, W), antialiased bicubic
      (a = −1/2), 8 bits. What MATLAB scripts with ``imresize`` do, here by Pillow, which differs
      from it at the borders. Averages noise away, but a tone curve alone does not score 0.
    - ``local-max``: every n-th place, n = floor(min(H, W) / short_side), of the maximum over 15×15
      pixels, as in the ``LOE.m`` that evaluations of enhancers pass on (such as STAR, TIP 2020).
      Any strictly rising tone curve scores exactly 0; noise that was removed counts as an error.

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
    # Many times as fast as the maximum along an axis of three.
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
    # There are at most 256² different places: their joint histogram answers for all m² pairs.
    codes = first.ravel().astype(np.intp) * 256 + second.ravel()
    counts = np.bincount(codes, minlength=256 * 256).reshape(256, 256)
    both = counts.cumsum(axis=0).cumsum(axis=1)  # places at most (row, column)
    swapped = both[:, -1:] + both[-1:, :] - 2 * both  # at most one, above the other
    return float((counts * swapped).sum() / first.size)
