"""The windows in which the compact networks process a large picture, in pixels."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from llcodec._arrays import Floats
from llcodec._windows import Span, Window, crossed, spans

CORE: Final = 1024
STRIDE: Final = 4  # the networks work at a quarter of the size
LEAST: Final = 8  # pixels per side; InstanceNorm and reflection at a quarter of the size need two


class Area(NamedTuple):
    """A rectangle of pixels of a picture; padding may extend it beyond the edges."""

    top: int
    left: int
    height: int
    width: int


def windows(
    height: int, width: int, halo: int, core: int = CORE, stride: int = STRIDE
) -> Iterator[Window]:
    """Yield windows whose cores cover ``height``×``width`` pixels (multiples of ``stride``) once.

    Cores have at most ``core``×``core`` pixels, halos have ``halo`` pixels except at the border.
    All edges are multiples of ``stride``, as ``core`` and ``halo`` must be.
    """

    def along(length: int) -> tuple[Span, ...]:
        return spans(0, length, length, count=-(-length // core), halo=halo, stride=stride)

    return crossed(along(height), along(width))


def outer_area(window: Window) -> Area:
    """Return the rectangle of a window with its halo."""
    rows, columns = window.rows.outer, window.columns.outer
    return Area(rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start)


def middles(stretch: slice, length: int) -> Floats:
    """Return where the middles of a stretch of pixels lie, −1 and 1 being the edges of ``length``.

    The stretch may reach beyond the edges where a picture is padded.
    """
    index = np.arange(stretch.start, stretch.stop, dtype=np.float32)
    return np.asarray((2 * index + 1) / np.float32(length) - 1, np.float32)


def pad_by_reflection(picture: Floats, least: int = STRIDE) -> Floats:
    """Pad H×W×C at the bottom and right to multiples of 4, and at least ``least`` pixels."""
    below, right = (max(-n % STRIDE, least - n) for n in picture.shape[:2])
    return np.pad(picture, ((0, below), (0, right), (0, 0)), mode="reflect")
