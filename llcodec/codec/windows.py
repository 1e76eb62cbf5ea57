"""Windows: the float transforms see a big picture piece by piece, in bounded memory.

Each window has a core, which it is responsible for, and a halo around it that is wider than the
reach of the convolutions, so that the pieces of a decoded picture fit as if the whole had been
transformed at once. The encoder's attention sees one window at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

CORE = 64  # latents: 1024 pixels
DECODER_HALO = 8  # latents: 128 pixels; the synthesis transforms reach 119 pixels
ENCODER_HALO = 12  # latents: 192 pixels; the analysis transforms reach 190 pixels


@dataclass(frozen=True)
class Span:
    """A stretch of latents along one axis: the core and the wider stretch with its halo."""

    core_start: int
    core_stop: int
    start: int
    stop: int

    @property
    def inner(self) -> slice:
        """Where the core lies within the stretch."""
        return slice(self.core_start - self.start, self.core_stop - self.start)


@dataclass(frozen=True)
class Window:
    """A rectangle of latents."""

    rows: Span
    columns: Span


def windows(height: int, width: int, halo: int) -> Iterator[Window]:
    """Yield windows whose cores tile a plane of ``height``×``width`` latents."""
    for rows in _spans(height, halo):
        for columns in _spans(width, halo):
            yield Window(rows, columns)


def _spans(length: int, halo: int) -> list[Span]:
    # A plane that is little larger than one core stays whole: two halos would cost more.
    count = 1 if length <= 2 * CORE else -(-length // CORE)
    edges = [number * length // count for number in range(count + 1)]
    return [
        Span(start, stop, max(0, start - halo), min(stop + halo, length))
        for start, stop in pairwise(edges)
    ]
