"""Count the numbers in the directories of a TIFF file, or of EXIF, before Pillow reads them.

Pillow makes a Python object of every number, which takes 25 µs and some hundred bytes for a
fraction. A small file may hold millions of them.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from llcodec.errors import UnreadableImageError

MAX_VALUES: Final = 1 << 17
"""Numbers in all tags but those of the layout. Photographs have some hundreds."""

MAX_STRIPS: Final = 1 << 21
"""Numbers in the tags that give the place of strips and tiles, two for each of them."""

_BYTES: Final = frozenset({1, 2, 7})  # types that Pillow does not split: bytes and texts
_INTEGERS: Final = {3: "H", 4: "I", 13: "I", 16: "Q"}
_LAYOUT: Final = frozenset({273, 279, 301, 324, 325})  # and the transfer function: 3 × 65536
_TILE: Final = (322, 323)
_BELOW: Final = frozenset({34665, 34853, 40965})  # Exif, GPS, interoperability
_MAX_ENTRIES: Final = 1 << 16
_MAX_DIRECTORIES: Final = 8  # valid files have at most four


@dataclass(frozen=True)
class Directories:
    """Contents of the first directory and those below it.

    Attributes:
        values: number of numbers in all tags but those of the layout.
        strips: number of numbers that give the place of strips and tiles.
        tile: width and height of a tile in pixels; 0×0 if there is none.
    """

    values: int
    strips: int
    tile: tuple[int, int]

    def check(self) -> None:
        """Check that they are cheap to read.

        Raises:
            UnreadableImageError: when they are not.
        """
        if self.values > MAX_VALUES:
            raise UnreadableImageError(
                f"its tags hold {self.values:,} numbers, above the limit of {MAX_VALUES:,}"
            )
        if self.strips > MAX_STRIPS:
            raise UnreadableImageError("it has more strips or tiles than are supported")


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    count: int
    value: int  # of an integer that stands in the entry itself


def count_entries(stream: IO[bytes]) -> Directories:
    """Count the entries of all directories of a TIFF structure.

    The position of the stream is undefined afterwards.

    Raises:
        struct.error: when the structure is broken.
        UnreadableImageError: when there are more entries or directories than are supported.
    """
    stream.seek(0)
    head = stream.read(16)
    byte_order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if byte_order is None:
        raise struct.error("not a TIFF structure")
    big = 43 in head[2:4]
    (first,) = struct.unpack_from(byte_order + ("Q" if big else "I"), head, 8 if big else 4)
    entries = list(_all_entries(stream, first, byte_order, big))
    sizes = {entry.tag: entry.value for entry in reversed(entries) if entry.tag in _TILE}
    numbers = [entry for entry in entries if entry.kind not in _BYTES]
    return Directories(
        values=sum(entry.count for entry in numbers if entry.tag not in _LAYOUT),
        strips=sum(entry.count for entry in numbers if entry.tag in _LAYOUT),
        tile=(sizes.get(_TILE[0], 0), sizes.get(_TILE[1], 0)),
    )


def is_cheap(exif: bytes) -> bool:
    """Return whether EXIF (a TIFF structure) is intact and cheap for Pillow to read."""
    try:
        count_entries(io.BytesIO(exif)).check()
    except (struct.error, UnreadableImageError):
        return False
    return True


def _all_entries(stream: IO[bytes], first: int, byte_order: str, big: bool) -> Iterator[_Entry]:
    """Yield the entries of the first directory and of those below it, each directory once."""
    ahead, seen = [first], set[int]()
    while ahead:
        offset = ahead.pop()
        if offset in seen:
            continue
        seen.add(offset)
        if len(seen) > _MAX_DIRECTORIES:
            raise UnreadableImageError("it has more directories than are supported")
        for entry in _entries(stream, offset, byte_order, big):
            yield entry
            if entry.tag in _BELOW and entry.value:
                ahead.append(entry.value)


def _entries(stream: IO[bytes], offset: int, byte_order: str, big: bool) -> Iterator[_Entry]:
    if offset >= 1 << 63:
        raise struct.error("an offset beyond any file")
    stream.seek(offset)
    counter, layout = ("Q", "HHQ8s") if big else ("H", "HHI4s")
    (count,) = struct.unpack(
        byte_order + counter, stream.read(struct.calcsize(byte_order + counter))
    )
    if count > _MAX_ENTRIES:
        raise UnreadableImageError("a directory has more entries than are supported")
    each = struct.Struct(byte_order + layout)
    table = stream.read(count * each.size)
    whole = len(table) // each.size * each.size  # Pillow reads those that are there
    for tag, kind, number, field in each.iter_unpack(table[:whole]):
        form = _INTEGERS.get(kind, "")
        single = form and number == 1 and struct.calcsize(byte_order + form) <= len(field)
        value = struct.unpack_from(byte_order + form, field)[0] if single else 0
        yield _Entry(tag, kind, number, value)
