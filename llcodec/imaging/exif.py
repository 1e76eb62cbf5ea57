"""EXIF: make it that of the upright picture in place, and keep all other bytes."""

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from llcodec.imaging.directories import is_cheap

_ORIENTATION: Final = 0x0112
_WIDTHS: Final = {1: "B", 3: "H", 4: "I"}  # BYTE, SHORT, LONG
_SIZES: Final = ((0x0100, 0x0101), (0xA002, 0xA003))  # width, height
_EXIF: Final = 34665
_JPEG_OFFSET, _JPEG_LENGTH = 0x0201, 0x0202
_SUB_IFDS: Final = (34665, 34853)  # Exif, GPS

# Tags of a TIFF's first directory that describe the picture and not the layout of its file.
_DESCRIPTIVE: Final = frozenset(
    {270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432}
    | {40091, 40092, 40093, 40094, 40095, 50708}
    | set(_SUB_IFDS)
)


def clean_exif(raw: bytes) -> tuple[bytes | None, int | None]:
    """Make EXIF that of the upright picture, and return the orientation that it had.

    Every orientation tag becomes upright, and the thumbnail is removed, as it shows the picture as
    it was. Where the picture is turned by a quarter, width and height change places. All else keeps
    its bytes.

    Args:
        raw: a TIFF structure, with or without ``Exif\\0\\0`` before it.

    Returns:
        The bytes without the prefix, or None if the structure is broken; and the orientation,
        1…8, or None if there is no valid one.
    """
    data = bytearray(raw)
    while data.startswith(b"Exif\0\0"):
        del data[:6]
    found: list[int] = []
    try:
        _reset(data, found)
    except struct.error:
        return None, _first(found)
    orientation = _first(found)
    if orientation is not None and orientation >= 5:
        _turn_sizes(data)
    _remove_thumbnail(data)
    return bytes(data), orientation


def _first(found: list[int]) -> int | None:
    return found[0] if found and 1 <= found[0] <= 8 else None


def _reset(data: bytearray, found: list[int]) -> None:
    """Set orientation tags to 1, and append what they were to ``found``.

    Raises:
        struct.error: when the structure is broken.
    """
    for entry in _directory(data, *_start(data)):
        if entry.tag == _ORIENTATION:
            found.append(entry.value)
            entry.set(data, 1)


def _turn_sizes(data: bytearray) -> None:
    """Let width and height change places, in the first directory and in that of Exif."""
    order, offset = _start(data)
    entries = list(_directory(data, order, offset))
    directories = [entries]
    for entry in entries:
        if entry.tag == _EXIF:
            with suppress(struct.error):
                directories.append(list(_directory(data, order, entry.value)))
    for found in directories:
        for pair in _SIZES:
            both = [[entry for entry in found if entry.tag == tag][:1] for tag in pair]
            if all(both):
                (width,), (height,) = both
                _exchange(data, width, height)


def _exchange(data: bytearray, width: "_Entry", height: "_Entry") -> None:
    """Exchange two numbers, unless the type of one cannot hold the other."""
    try:
        width.set(data, height.value)
        height.set(data, width.value)
    except struct.error:
        width.set(data, width.value)


def _remove_thumbnail(data: bytearray) -> None:
    """Unlink the second directory, and blank the JPEG that it points to."""
    order, offset = _start(data)
    (count,) = struct.unpack_from(f"{order}H", data, offset)
    end = offset + 2 + 12 * count
    if end + 4 > len(data):
        return
    (second,) = struct.unpack_from(f"{order}I", data, end)
    struct.pack_into(f"{order}I", data, end, 0)
    with suppress(struct.error):
        tags = {entry.tag: entry.value for entry in _directory(data, order, second)}
        first, length = tags.get(_JPEG_OFFSET, 0), tags.get(_JPEG_LENGTH, 0)
        last = first + length
        if end + 4 <= first < last <= len(data) and data[first : first + 2] == b"\xff\xd8":
            data[first:last] = bytes(length)


@dataclass(frozen=True)
class _Entry:
    """A tag of one integer that stands in its entry, at byte ``at``."""

    tag: int
    form: str
    at: int
    value: int

    def set(self, data: bytearray, value: int) -> None:
        """Change the number; raises struct.error if its type cannot hold it."""
        struct.pack_into(self.form, data, self.at, value)


def _start(data: bytearray) -> tuple[str, int]:
    """Return the byte order and the offset of the first directory."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[:4]))
    if order is None:
        raise struct.error("not a TIFF structure")
    return order, int(struct.unpack_from(f"{order}I", data, 4)[0])


def _directory(data: bytearray, order: str, offset: int) -> Iterator[_Entry]:
    """Yield the single integers of a directory; raises struct.error where it is broken."""
    (count,) = struct.unpack_from(f"{order}H", data, offset)
    for at in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind, length, _ = struct.unpack_from(f"{order}HHII", data, at)
        if kind in _WIDTHS and length == 1:
            form = order + _WIDTHS[kind]
            yield _Entry(tag, form, at + 8, int(struct.unpack_from(form, data, at + 8)[0]))


def exif_of_tiff(image: Image.Image) -> bytes | None:
    """Return EXIF made of the descriptive tags of a TIFF file, or None if it has none.

    A TIFF has no EXIF block to copy: its tags are EXIF already, mixed with those that describe the
    layout of the file. Call this before the pixels are loaded.
    """
    exif = Image.Exif()
    try:
        found = image.getexif()
        for tag, value in descriptive_tags(found).items():
            exif[tag] = value
        data = bytearray(exif.tobytes().removeprefix(b"Exif\0\0"))
        if found.get(_ORIENTATION, 1) >= 5:
            _turn_sizes(data)
        return bytes(data) if len(exif) else None
    except Exception:  # whatever an odd tag raises: the pixels matter more
        return None


def descriptive_tags(exif: Image.Exif) -> Mapping[int, Any]:
    """Return the tags that describe the picture; sub-directories as dictionaries."""
    tags: dict[int, Any] = {}
    for tag in sorted(_DESCRIPTIVE & set(exif)):
        value = exif.get_ifd(tag) if tag in _SUB_IFDS else exif[tag]
        if value not in (None, {}, b"", ""):
            tags[tag] = value
    return tags


def load_exif(exif: bytes) -> Image.Exif | None:
    """Return EXIF as Pillow's object; None if Pillow cannot write it, or only at great cost."""
    if not is_cheap(exif):
        return None
    loaded = Image.Exif()
    try:
        loaded.load(exif)
        loaded.tobytes()
    except Exception:  # as above
        return None
    return loaded
