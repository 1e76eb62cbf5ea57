"""The order in which the latents of a tile are coded, and the neighbours that each one sees."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import WAVEFRONT_SLOPE
from llcodec._causal_context import MARGIN, CodingOrder, Taps

Plane = NDArray[np.float64]


@dataclass(frozen=True)
class Positions:
    """Positions that are coded together: their rows and columns, N integers each."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def chunks(self, size: int) -> Iterator["Positions"]:
        """Yield the positions in pieces of at most ``size``."""
        for start in range(0, len(self), size):
            part = slice(start, start + size)
            yield Positions(self.rows[part], self.columns[part])


def coding_order(order: CodingOrder, height: int, width: int) -> tuple[Positions, ...]:
    """Return the groups of positions in coding order, each group in raster order.

    No position of the first group sees a decoded neighbour. ``checkerboard`` has two groups.
    ``serial`` is raster order in wavefronts: with a 5×5 context, all positions of equal
    column + 3·row are independent of each other, so each such diagonal is a group.
    """
    rows, columns = (axis.ravel() for axis in np.indices((height, width)))
    if order == "checkerboard":
        key = (rows + columns) % 2
        count = 2
    else:
        key = columns + WAVEFRONT_SLOPE * rows
        count = width + WAVEFRONT_SLOPE * (height - 1)
    by_key = np.argsort(key, kind="stable")
    ends = np.cumsum(np.bincount(key, minlength=count))
    return tuple(Positions(rows[at], columns[at]) for at in np.split(by_key, ends[:-1]))


def gather_neighbours(padded: Plane, channels: slice, at: Positions, taps: Taps) -> Plane:
    """Return the neighbours of N positions, N×(taps·channels), tap by tap.

    Args:
        padded: a plane (h+4)×(w+4)×M with a margin of two around it.
        channels: those of the M that are seen.
        at: the positions, without the margin.
        taps: the offsets of the neighbours.
    """
    down, right = np.array(taps).T + MARGIN
    seen = padded[at.rows[:, None] + down, at.columns[:, None] + right, channels]
    return seen.reshape(len(at), -1)
