"""What becomes of the lit and of the black places of a dark image: contrast kept, black kept.

An enhancer that only brightens burns out lamps and lifts black to grey. Neither shows in a PSNR
against a reference whose lamps are burnt out, too. Both measures compare 16×16 blocks of luma of
the output with those of the input.
"""

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec._bitstream import LUMA_WEIGHTS

_SIDE = 16
_LIT = 64.0, 230.0  # means of input blocks that are lit and not burnt out
_TEXTURE = 0.03  # the least contrast of an input block: deviation over mean
_BLACK = 4.0  # the largest mean of an input block that is black
_FEWEST = 8  # blocks for a figure


def contrast_kept(dark: Pixels, bright: Pixels) -> float | None:
    """Return the median share of their contrast that lit blocks keep; None if there are few.

    Contrast is the deviation of a block over its mean. Lit blocks have a mean of 64 to 230 and a
    contrast above 0.03 in ``dark``.

    Args:
        dark: the input, H×W×3 8-bit.
        bright: the output, of the same size.
    """
    mean, deviation = _blocks(dark)
    lit = (mean >= _LIT[0]) & (mean <= _LIT[1]) & (deviation > _TEXTURE * mean)
    if lit.sum() < _FEWEST:
        return None
    before = deviation[lit] / mean[lit]
    mean, deviation = _blocks(bright)
    after = deviation[lit] / np.maximum(mean[lit], 1)
    return float(np.median(after / before))


def black_level(dark: Pixels, bright: Pixels) -> float | None:
    """Return the mean of the output, 0 … 255, where the input is black; None if it hardly is.

    Black blocks have a mean of at most 4 in ``dark``. Arguments are as for :func:`contrast_kept`.
    """
    black = _blocks(dark)[0] <= _BLACK
    if black.sum() < _FEWEST:
        return None
    return float(_blocks(bright)[0][black].mean())


def _blocks(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and deviation of the luma of every whole block, 0 … 255."""
    luma = pixels @ np.array(LUMA_WEIGHTS)
    rows, columns = (n // _SIDE for n in luma.shape)
    whole = luma[: rows * _SIDE, : columns * _SIDE].reshape(rows, _SIDE, columns, _SIDE)
    return whole.mean((1, 3)), whole.std((1, 3))
