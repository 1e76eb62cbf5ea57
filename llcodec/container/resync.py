"""Find intact chunks in a damaged file."""

import re
from collections.abc import Iterator
from typing import Final

from llcodec.container.framing import CHUNK_ORDER, HEAD, Frame, frame_at, has_right_crc
from llcodec.errors import FormatError

# Bounds on the work: without them a file of nested false chunk starts, each with a length that
# reaches to the end, would take quadratic time. A place tried in vain costs its length and a
# little more; a file in which every tile is damaged stays below the bound.
_WORK_PER_BYTE: Final = 16
_LEAST_WORK: Final = 1 << 20
_WORK_PER_TRY: Final = 256

_KNOWN: Final = re.compile(b"|".join(kind for kind in CHUNK_ORDER if kind != HEAD))


def whole_frames(data: bytes, start: int) -> Iterator[Frame]:
    """Yield the chunks from offset ``start`` on whose CRC is right, in file order.

    A chunk with a wrong CRC is ignored, its length included: the next chunk is then at the next
    place that has the letters of a known type, a length that fits and a right CRC. Takes time in
    proportion to the data: on hostile data, it ends early.
    """
    work_left = max(_LEAST_WORK, _WORK_PER_BYTE * len(data))
    places = _places(data, start)
    place = next(places, None)
    while place is not None and work_left > 0:
        frame = _frame_or_none(data, place)
        if frame is not None and has_right_crc(data, frame):
            yield frame
            places = _places(data, frame.end)
        else:
            work_left -= _WORK_PER_TRY + (frame.length if frame else 0)
        place = next(places, None)


def _places(data: bytes, start: int) -> Iterator[int]:
    """Yield the offsets where a chunk may start: here first, then wherever the letters are."""
    if start < len(data):
        yield start
    for match in _KNOWN.finditer(data, start + 1):
        yield match.start()


def _frame_or_none(data: bytes, start: int) -> Frame | None:
    try:
        return frame_at(data, start)
    except FormatError:
        return None
