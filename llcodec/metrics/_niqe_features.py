"""The features of NIQE: 36 statistics of each patch of a picture, 18 at each of two scales.

Luma is normalised by its local mean and deviation (MSCN). For each patch, asymmetric generalised
Gaussians (AGGD) are fitted to the normalised values and to the products of neighbours in four
directions; in photographs free of distortion their parameters vary little.
"""

import math
from functools import cache
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
_SHAPES = np.arange(200, 10001) / 1000  # AGGD shapes that are tried: 0.2, 0.201 … 10
_TINY = 1e-9


def patch_features(luma: Doubles, patch: int) -> Doubles:
    """Return the P×36 features of the P complete patches of H×W ``luma`` (0 … 255), row by row.

    ``patch`` is the side of a patch, an even number. Rows and columns beyond the last complete
    patch are cropped first. The features of each scale are shape and mean width of the values, then
    shape, mean, left and right width of the products with the left, upper, upper left and upper
    right neighbour (cyclic within the patch). If a fit is impossible, as in flat patches, the shape
    is 0.2 and the other features are NaN, as in the authors' program.
    """
    rows, columns = (side // patch * patch for side in luma.shape)
    fine = luma[:rows, :columns]
    scales = ((fine, patch), (downscale(fine), patch // 2))
    return np.concatenate([_scale_features(*scale) for scale in scales], axis=1)


def mscn(luma: Doubles) -> Doubles:
    """Return the MSCN coefficients of H×W ``luma``: (luma − mean) / (deviation + 1).

    Mean and deviation are local: 7×7 Gaussian, σ = 7/6, with replicated borders.
    """
    mean = _blurred(luma)
    deviation: Doubles = np.sqrt(np.abs(_blurred(luma * luma) - mean * mean))
    difference = luma - mean
    # Flat areas must be exactly 0 in spite of rounding: fits separate positive and negative values.
    difference[np.abs(difference) < _TINY] = 0
    return difference / (deviation + 1)


def downscale(luma: Doubles) -> Doubles:
    """Return H×W ``luma`` of even sides at half the size, as MATLAB's ``imresize(luma, 0.5)`` does.

    Bicubic (a = −1/2), stretched to eight taps against aliasing, mirrored at the borders.
    """
    distance = np.abs(np.arange(8) - 3.5) / 2
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    taps = np.where(distance < 1, near, far) / 2
    return _filtered(luma, taps, "symmetric", step=2)


def fit_aggd(samples: Doubles) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Fit an AGGD to each of N×… ``samples`` by moment matching.

    Returns shape, mean, left width and right width, N values each. Zeros belong to neither side.
    """
    table = _table()
    axes = tuple(range(1, samples.ndim))
    squares = samples * samples
    with np.errstate(divide="ignore", invalid="ignore"):
        left, right = (
            np.sqrt((squares * side).sum(axis=axes) / side.sum(axis=axes))
            for side in (samples < 0, samples > 0)
        )
        skew = left / right
        flatness = np.abs(samples).mean(axis=axes) ** 2 / squares.mean(axis=axes)
        wanted = flatness * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    index = np.searchsorted((table[0, 1:] + table[0, :-1]) / 2, wanted)
    index[np.isnan(wanted)] = 0
    _, width, shift = table[:, index]
    left, right = left * width, right * width
    return _SHAPES[index], (right - left) * shift, left, right


def _scale_features(luma: Doubles, patch: int) -> Doubles:
    values = mscn(luma)
    bands = values.reshape(-1, patch, values.shape[1] // patch, patch).swapaxes(1, 2)
    return np.concatenate([_features(band) for band in bands])


def _features(patches: Doubles) -> Doubles:
    shape, _, left, right = fit_aggd(patches)
    columns = [shape, (left + right) / 2]
    for step in _NEIGHBOURS:
        columns.extend(fit_aggd(patches * np.roll(patches, step, axis=(1, 2))))
    return np.stack(columns, axis=1)


def _blurred(values: Doubles) -> Doubles:
    taps = np.exp(-0.5 * (np.arange(-3, 4) / (7 / 6)) ** 2)
    taps /= taps.sum()
    return _filtered(values, taps, "edge")


def _filtered(
    values: Doubles, taps: Doubles, border: Literal["edge", "symmetric"], step: int = 1
) -> Doubles:
    for _ in range(2):
        padded = np.pad(values, ((3, 3), (0, 0)), mode=border)
        windows: Doubles = sliding_window_view(padded, len(taps), axis=0)[::step]
        values = np.matmul(windows, taps).T
    return values


@cache
def _table() -> Doubles:
    """Return, for each shape 1/a: flatness, width per deviation, shift per width."""
    rows = []
    for a in 1 / _SHAPES:
        one, two, three = (math.lgamma(k * a) for k in (1, 2, 3))
        rows.append((2 * two - one - three, (one - three) / 2, two - one))
    table: Doubles = np.exp(np.array(rows).T)
    return table
