"""Measure the noise of a picture without a clean reference: against brightness, and its kind.

The picture is divided into blocks. In each, the mask of Immerkær (CVIU 64(2), 1996) cancels
everything that is locally a plane and leaves noise and fine texture. Blocks with little coarse
structure count as flat, and the median over them is the noise. White noise of standard deviation s
is measured as s; noise with correlated neighbours is measured as less.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

_BLOCK = 16  # pixels per side
_PART = 4  # structure is measured in means of 4×4 pixels, in which noise averages out
_FLATTEST = 0.25  # the share of the blocks that count as flat
_ROUNDING = 1e-9  # the largest value that counts as zero
_FEWEST = 24  # the number of blocks that a figure needs


@dataclass(frozen=True)
class Blocks:
    """Measurements of N blocks of a picture, in the units of the picture.

    ``mean`` and ``deviation`` (of the noise) are N×3. ``structure``, N, is the standard deviation
    of 4×4 means around a plane, in the channel with the largest one. ``rest``, N×3×16×16, is the
    difference between the pixels and this plane.
    """

    mean: Real
    deviation: Real
    structure: Real
    rest: Real


def measure_blocks(picture: NDArray[np.generic]) -> Blocks:
    """Measure the blocks of a picture H×W×3, of at least 16×16 pixels.

    Pixels at the right and the bottom that do not fill a block are ignored.
    """
    blocks = _cut(picture)
    flat = blocks.reshape(*blocks.shape[:2], -1)
    rest = flat - (flat @ _PLANE) @ _PLANE.T
    side = _BLOCK // _PART
    parts = rest.reshape(-1, 3, side, _PART, side, _PART).mean((3, 5))
    return Blocks(
        mean=flat.mean(2),
        deviation=np.sqrt((_high_pass(blocks) ** 2).mean((2, 3))),
        structure=parts.std((2, 3)).max(1),
        rest=rest.reshape(blocks.shape),
    )


def noise_by_brightness(blocks: Blocks, edges: Real) -> Real:
    """Return the noise per bin of brightness and channel, (len(edges) − 1)×3.

    The noise of a channel is binned by the mean of this channel in its block. Bins with fewer than
    24 blocks are NaN.
    """
    found = np.full((len(edges) - 1, 3), np.nan)
    for channel in range(3):
        bins = np.digitize(blocks.mean[:, channel], edges) - 1
        for number in range(len(edges) - 1):
            chosen = flattest(blocks.structure, bins == number)
            if len(chosen):
                found[number, channel] = np.median(blocks.deviation[chosen, channel])
    return found


def flattest(structure: Real, among: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the indices of the quarter with the least structure; empty if there are too few."""
    indices = np.flatnonzero(among)
    if len(indices) < _FEWEST:
        return indices[:0]
    return indices[structure[indices] <= np.quantile(structure[indices], _FLATTEST)]


def correlations(blocks: Blocks, darkest: float) -> tuple[float, float]:
    """Return the correlation of the noise of neighbouring pixels, and that of two channels.

    They are those of flat blocks whose darkest channel has a mean of at least ``darkest``, so that
    black does not clip; NaN if there are fewer than 24. Both are slightly too low, because planes
    are subtracted, and too high if texture is mistaken for noise.
    """
    chosen = flattest(blocks.structure, blocks.mean.min(1) >= darkest)
    rest = blocks.rest[chosen]
    channels = rest.transpose(1, 0, 2, 3).reshape(3, -1)
    if not (np.abs(channels) > _ROUNDING).any(1).all():  # no blocks, or a channel without noise
        return float("nan"), float("nan")
    power = (channels**2).mean(1)
    across = (rest[..., 1:] * rest[..., :-1]).mean()
    down = (rest[..., 1:, :] * rest[..., :-1, :]).mean()
    matrix = channels @ channels.T / channels.shape[1] / np.sqrt(np.outer(power, power))
    return (
        float((across + down) / (2 * power.mean())),
        float(matrix[np.triu_indices(3, 1)].mean()),
    )


def _cut(picture: NDArray[np.generic]) -> Real:
    """Return the blocks of a picture, N×3×16×16."""
    down, across = picture.shape[0] // _BLOCK, picture.shape[1] // _BLOCK
    whole = picture[: down * _BLOCK, : across * _BLOCK].astype(np.float64)
    cut = whole.reshape(down, _BLOCK, across, _BLOCK, 3).transpose(0, 2, 4, 1, 3)
    return cut.reshape(-1, 3, _BLOCK, _BLOCK)


def _high_pass(blocks: Real) -> Real:
    """Apply [1 −2 1]ᵀ·[1 −2 1] / 6, which does not change the variance of white noise."""
    down = blocks[..., :-2, :] - 2 * blocks[..., 1:-1, :] + blocks[..., 2:, :]
    both: Real = (down[..., :-2] - 2 * down[..., 1:-1] + down[..., 2:]) / 6
    return both


def _plane() -> Real:
    """Return an orthonormal basis of the planes over a block, 256×3."""
    rows, columns = np.mgrid[:_BLOCK, :_BLOCK]
    basis: Real = np.linalg.qr(np.stack([np.ones(_BLOCK**2), rows.ravel(), columns.ravel()], 1))[0]
    return basis


_PLANE = _plane()
