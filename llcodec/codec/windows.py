"""Windows: the float transforms see a big picture piece by piece, in bounded memory.

Each window has a core, which it is responsible for, and a halo around it that is wider than the
reach of the convolutions, so that the pieces of a decoded picture fit as if the whole had been
transformed at once. The encoder's attention sees one window at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from llcodec._bitstream import STRIDE

CORE = 64  # latents: 1024 pixels
DECODER_HALO = 8  # latents: 128 pixels; the synthesis transforms reach 119 pixels
ENCODER_HALO = 14  # latents: 224 pixels; the analysis transforms reach 213 pixels at most


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


def in_pixels(latents: slice) -> slice:
    """Return the pixels of a stretch of latents."""
    return slice(latents.start * STRIDE, latents.stop * STRIDE)


@dataclass(frozen=True)
class Window:
    """A rectangle of latents, with the halo around it."""

    rows: Span
    columns: Span


class Part(NamedTuple):
    """A rectangle of a plane of latents."""

    top: int
    bottom: int
    left: int
    right: int


def windows(height: int, width: int, halo: int, part: Part | None = None) -> Iterator[Window]:
    """Yield windows whose cores tile a plane of ``height``×``width`` latents, or a part of it.

    Halos reach beyond the part, but not beyond the plane.
    """
    core = part or Part(0, height, 0, width)
    for rows in _spans(core.top, core.bottom, height, halo):
        for columns in _spans(core.left, core.right, width, halo):
            yield Window(rows, columns)


def _spans(first: int, last: int, length: int, halo: int) -> list[Span]:
    # A stretch that is little larger than one core stays whole: two halos would cost more.
    size = last - first
    count = 1 if size <= 2 * CORE else -(-size // CORE)
    edges = [first + number * size // count for number in range(count + 1)]
    return [
        Span(start, stop, max(0, start - halo), min(stop + halo, length))
        for start, stop in pairwise(edges)
    ]
