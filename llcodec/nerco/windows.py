"""The windows in which the compact networks process a large picture, in pixels."""

from collections.abc import Iterator

from llcodec._windows import Span, Window, crossed, spans
from llcodec.nerco.coordinates import Area
from llcodec.nerco.views import STRIDE

CORE = 1024


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
