"""How a local tone curve exposes the pixels of a window: its grid, interpolated bilinearly.

The same as :meth:`llcodec.nets.local_tone.LocalToneCurve.exposed` does in PyTorch: the values of
the grid hold in the middles of its cells, and beyond the outer ones they stay as they are.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Floats
from llcodec._bitstream import (
    LOCAL_TONE_COUNT,
    TONE_GRID_COLUMNS,
    TONE_GRID_ROWS,
    TONE_GRID_UNITS,
)
from llcodec.engine.protocol import Place

Positions: TypeAlias = NDArray[np.float64]
"""Where pixels lie along an axis, 0 and 1 being the edges of the picture."""


def is_local(tone: tuple[int, ...]) -> bool:
    """Return whether tone numbers are those of a local curve."""
    return len(tone) == LOCAL_TONE_COUNT


def positions(span: slice, length: int, step: int = 1) -> Positions:
    """Return where the middles of every ``step`` pixels of a span lie."""
    count = (span.stop - span.start) // step
    return np.asarray((span.start + (np.arange(count) + 0.5) * step) / length)


def interpolated(grid: NDArray[np.floating], down: Positions, right: Positions) -> Positions:
    """Return the values of a grid of cells that divide a picture evenly, rows×columns.

    Args:
        grid: the values in the middles of the cells.
        down: positions of the rows.
        right: positions of the columns.
    """
    rows, columns = (
        _weights(at, cells) for at, cells in zip((down, right), grid.shape, strict=True)
    )
    values: Positions = rows @ grid.astype(np.float64) @ columns.T
    return values


def _weights(at: Positions, cells: int) -> Positions:
    """Return the shares that the values of ``cells`` cells have at positions, n×cells."""
    middles = np.clip(at * cells - 0.5, 0, cells - 1)
    shares: Positions = np.maximum(1 - np.abs(middles[:, None] - np.arange(cells)), 0)
    return shares


def grid_of(tone: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the natural logarithms of the exposures of a local curve, 4×6."""
    numbers = np.array(tone[-TONE_GRID_ROWS * TONE_GRID_COLUMNS :], np.float64)
    logs: NDArray[np.float64] = numbers * (np.log(2) / TONE_GRID_UNITS)
    return logs.reshape(TONE_GRID_ROWS, TONE_GRID_COLUMNS)


def exposures(grid: NDArray[np.floating], place: Place) -> Floats:
    """Return by what factors a grid of natural logarithms exposes the values of a window, H×W."""
    down = positions(place.rows, place.height, place.step)
    right = positions(place.columns, place.width, place.step)
    return np.exp(interpolated(grid, down, right)).astype(np.float32)
