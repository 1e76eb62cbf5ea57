"""Tiles: the compact networks see a big picture piece by piece, in bounded memory.

Each tile has a core, which it is responsible for, and a halo around it that is wider than the
reach of the networks, so that the pieces fit as if the whole had been enhanced at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from llcodec.nerco.coordinates import Window
from llcodec.nerco.views import STRIDE

CORE = 1024


@dataclass(frozen=True)
class Span:
    """A stretch of pixels along one axis: the core and the wider stretch with its halo."""

    core: slice
    outer: slice

    @property
    def inner(self) -> slice:
        """Where the core lies within the stretch."""
        return slice(self.core.start - self.outer.start, self.core.stop - self.outer.start)


@dataclass(frozen=True)
class Tile:
    """A rectangle of pixels."""

    rows: Span
    columns: Span

    @property
    def window(self) -> Window:
        """The rectangle with its halo."""
        rows, columns = self.rows.outer, self.columns.outer
        return Window(
            rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start
        )


def tiles(
    height: int, width: int, halo: int, core: int = CORE, stride: int = STRIDE
) -> Iterator[Tile]:
    """Yield tiles whose cores cover ``height``×``width`` pixels (multiples of ``stride``) once.

    Cores are ``core``×``core`` pixels at most, halos ``halo`` pixels but at the border. All edges
    are multiples of ``stride``, as ``core`` and ``halo`` must be.
    """
    for rows in _spans(height, halo, core, stride):
        for columns in _spans(width, halo, core, stride):
            yield Tile(rows, columns)


def _spans(length: int, halo: int, core: int, stride: int) -> list[Span]:
    cells = length // stride
    count = -(-length // core)
    edges = [stride * (number * cells // count) for number in range(count + 1)]
    return [
        Span(slice(start, stop), slice(max(0, start - halo), min(stop + halo, length)))
        for start, stop in pairwise(edges)
    ]
