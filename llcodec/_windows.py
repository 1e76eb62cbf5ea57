"""Windows: networks process a large picture in pieces, in bounded memory.

A window has a core, whose output is kept, and a halo around it, as wide as what matters of the
receptive field of the network, so that the cores fit together as if the whole picture had been
computed at once. (A *tile* is a part of the picture that an ``.llc`` file codes independently.)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product


@dataclass(frozen=True)
class Span:
    """A window along one axis: the core, and the core with its halo (``outer``)."""

    core: slice
    outer: slice

    @property
    def inner(self) -> slice:
        """Where the core lies within ``outer``."""
        return slice(self.core.start - self.outer.start, self.core.stop - self.outer.start)


@dataclass(frozen=True)
class Window:
    """A rectangle with the halo around it."""

    rows: Span
    columns: Span


def spans(
    start: int, stop: int, length: int, *, count: int, halo: int, stride: int = 1
) -> tuple[Span, ...]:
    """Return ``count`` spans whose cores cover ``start`` … ``stop`` once, of nearly equal size.

    Halos reach beyond the cores' end, but stay within 0 … ``length``. Edges are multiples of
    ``stride``, as ``start``, ``stop``, ``length`` and ``halo`` must be.
    """
    steps = (stop - start) // stride
    edges = [start + stride * (number * steps // count) for number in range(count + 1)]
    return tuple(
        Span(slice(first, last), slice(max(0, first - halo), min(last + halo, length)))
        for first, last in pairwise(edges)
    )


def crossed(rows: Iterable[Span], columns: Iterable[Span]) -> Iterator[Window]:
    """Yield the windows of all rows and columns, row by row."""
    for row, column in product(rows, columns):
        yield Window(row, column)
