"""Get EXIF, ICC and XMP from the ``info`` of a Pillow image."""

import re
from collections.abc import Mapping
from typing import Any

from llcodec._metadata import Metadata
from llcodec.imaging.exif import clean_exif

_XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation\s*(?:=\s*["']|>)\s*)([0-9]+)""")


def metadata_from_info(info: Mapping[Any, Any]) -> tuple[Metadata, int]:
    """Return EXIF, ICC and XMP of ``image.info``, and the orientation.

    That of EXIF counts; that of XMP where EXIF has none.

    Args:
        info: the ``info`` of a loaded Pillow image.

    Returns:
        The metadata of an upright picture (see :class:`Metadata`), and how the pixels lie
        before they are turned: 1…8.
    """
    raw = _as_bytes(info.get("exif")) or _exif_as_text(info)
    exif, orientation = clean_exif(raw) if raw else (None, None)
    xmp = _as_bytes(info.get("xmp"))
    if xmp is not None:
        orientation = orientation or _xmp_orientation(xmp)
        xmp = _XMP_ORIENTATION.sub(rb"\g<1>1", xmp)
    return Metadata(exif=exif, icc=_as_bytes(info.get("icc_profile")), xmp=xmp), orientation or 1


def _xmp_orientation(xmp: bytes) -> int | None:
    found = _XMP_ORIENTATION.search(xmp)
    text = b"" if found is None else found[2].lstrip(b"0")
    return int(text) if len(text) == 1 and b"1" <= text <= b"8" else None


def _as_bytes(value: object) -> bytes | None:
    if isinstance(value, str):
        value = value.encode("utf-8", "replace")
    return bytes(value) if isinstance(value, bytes | bytearray) and value else None


def _exif_as_text(info: Mapping[Any, Any]) -> bytes | None:
    """Return the hexadecimal EXIF of PNGs from before PNG had a chunk for it."""
    text = info.get("Raw profile type exif")
    if not isinstance(text, str):
        return None
    try:
        return bytes.fromhex("".join(text.split("\n")[3:])) or None
    except ValueError:
        return None
