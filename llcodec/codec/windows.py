"""Windows: the float transforms see a big picture piece by piece, in bounded memory.

Each window has a core, which it is responsible for, and a halo around it. For the decoder the halo
is wider than the networks' reach, so the pieces fit as if the whole had been transformed at once.
The encoder's attention sees one window at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

CORE = 64  # latents: 1024 pixels
HALO = 8  # latents: 128 pixels


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


def windows(height: int, width: int) -> Iterator[Window]:
    """Yield windows whose cores tile a plane of ``height``×``width`` latents."""
    for rows in _spans(height):
        for columns in _spans(width):
            yield Window(rows, columns)


def _spans(length: int) -> list[Span]:
    # A plane that is little larger than one core stays whole: two halos would cost more.
    core = length if length <= 2 * CORE else CORE
    spans = []
    for start in range(0, length, core):
        stop = min(start + core, length)
        spans.append(Span(start, stop, max(0, start - HALO), min(stop + HALO, length)))
    return spans
