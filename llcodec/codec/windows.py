"""The windows in which the codec's transforms process a large picture, in units of one latent.

The pieces of a decoded picture fit together as if the whole had been transformed at once. Those of
the encoder may differ from that: its attention sees one window at a time, and its transforms reach
up to 213 pixels, of which only the nearest matter. A file decodes the same either way.
"""

from collections.abc import Iterator
from typing import NamedTuple

from llcodec._bitstream import STRIDE
from llcodec._windows import Span, Window, crossed, spans
from llcodec.engine.protocol import Place

SIDE = 128  # latents of a window, with its halo: 2048 pixels
DECODER_HALO = 8  # latents: 128 pixels; the synthesis transforms reach 119 pixels
ENCODER_HALO = 6  # latents: 96 pixels; beyond, attention aside, nothing changes a latent by 1e-5


class LatentBox(NamedTuple):
    """A rectangle of a plane of latents; ``bottom`` and ``right`` lie just outside."""

    top: int
    bottom: int
    left: int
    right: int


def in_pixels(latents: slice) -> slice:
    """Return the pixels that a stretch of latents covers."""
    return slice(latents.start * STRIDE, latents.stop * STRIDE)


def place_of(rows: slice, columns: slice, height: int, width: int) -> Place:
    """Return where rows and columns of latents lie in a picture of ``height``×``width`` pixels."""
    return Place(in_pixels(rows), in_pixels(columns), height, width)


def windows(height: int, width: int, halo: int, box: LatentBox | None = None) -> Iterator[Window]:
    """Yield windows whose cores cover a plane of ``height``×``width`` latents, or a box of it.

    They have at most ``SIDE`` latents a side, without the halos that reach beyond the box. No halo
    reaches beyond the plane.
    """
    box = box or LatentBox(0, height, 0, width)
    return crossed(
        _spans(box.top, box.bottom, height, halo), _spans(box.left, box.right, width, halo)
    )


def _spans(start: int, stop: int, length: int, halo: int) -> tuple[Span, ...]:
    size = stop - start
    count = 1 if size <= SIDE else -(-size // (SIDE - 2 * halo))
    return spans(start, stop, length, count=count, halo=halo)
