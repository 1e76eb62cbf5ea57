"""EXIF: read and reset the orientation in place, without changing any other byte."""

import struct
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image

from llcodec.imaging.directories import is_cheap

_ORIENTATION: Final = 0x0112
_WIDTHS: Final = {1: "B", 3: "H", 4: "I"}  # BYTE, SHORT, LONG
_SUB_IFDS: Final = (34665, 34853)  # Exif, GPS

# Tags of a TIFF's first directory that describe the picture and not the layout of its file.
_DESCRIPTIVE: Final = frozenset(
    {270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432}
    | {40091, 40092, 40093, 40094, 40095, 50708}
    | set(_SUB_IFDS)
)


def clean_exif(raw: bytes) -> tuple[bytes | None, int]:
    """Set every orientation tag of EXIF to upright, and return the orientation that it had.

    Args:
        raw: a TIFF structure, with or without ``Exif\\0\\0`` before it.

    Returns:
        The bytes without the prefix and with every orientation tag at 1, or None if the
        structure is broken; and the orientation, 1…8 (1 if unknown).
    """
    data = bytearray(raw)
    while data.startswith(b"Exif\0\0"):
        del data[:6]
    found: list[int] = []
    try:
        _reset(data, found)
    except struct.error:
        return None, _first(found)
    return bytes(data), _first(found)


def _first(found: list[int]) -> int:
    return found[0] if found and 1 <= found[0] <= 8 else 1


def _reset(data: bytearray, found: list[int]) -> None:
    """Set orientation tags to 1, and append what they were to ``found``.

    Raises:
        struct.error: when the structure is broken.
    """
    byte_order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[:4]))
    if byte_order is None:
        raise struct.error("not a TIFF structure")
    (offset,) = struct.unpack_from(f"{byte_order}I", data, 4)
    (count,) = struct.unpack_from(f"{byte_order}H", data, offset)
    for entry in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind, length, _ = struct.unpack_from(f"{byte_order}HHII", data, entry)
        if tag == _ORIENTATION and kind in _WIDTHS and length == 1:
            found += struct.unpack_from(byte_order + _WIDTHS[kind], data, entry + 8)
            struct.pack_into(byte_order + _WIDTHS[kind], data, entry + 8, 1)


def exif_of_tiff(image: Image.Image) -> bytes | None:
    """Return EXIF made of the descriptive tags of a TIFF file, or None if it has none.

    A TIFF has no EXIF block to copy: its tags are EXIF already, mixed with those that describe the
    layout of the file. Call this before the pixels are loaded.
    """
    exif = Image.Exif()
    try:
        for tag, value in descriptive_tags(image.getexif()).items():
            exif[tag] = value
        return exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else None
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
