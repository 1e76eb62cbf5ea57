"""Reduce the metadata of a picture to what an image format can hold."""

from dataclasses import replace
from typing import Final

from llcodec._metadata import Metadata, Note
from llcodec.imaging.exif import load_exif
from llcodec.imaging.notes import jpeg_comment, png_notes
from llcodec.imaging.resolution import WITH_RESOLUTION

PROFILED: Final = frozenset({"PNG", "JPEG", "MPO", "WEBP", "TIFF", "AVIF"})
"""Names of the formats that carry EXIF, XMP and a profile."""

SEGMENT: Final = 65533
"""Bytes of the content of a JPEG marker."""

_EXIF_NAME: Final = b"Exif\0\0"
_XMP_NAME: Final = b"http://ns.adobe.com/xap/1.0/\0"
_X_RESOLUTION: Final = 282


def fit_metadata(metadata: Metadata, name: str) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata that a format can hold, and a word on each item that it cannot.

    Args:
        metadata: of a picture.
        name: Pillow's name of the format.
    """
    lost = []
    if metadata.exif is not None and (reason := _refusal("exif", metadata.exif, name)):
        lost.append(f"EXIF ({reason})")
        metadata = replace(metadata, exif=None)
    if metadata.xmp is not None and (reason := _refusal("xmp", metadata.xmp, name)):
        lost.append(f"XMP ({reason})")
        metadata = replace(metadata, xmp=None)
    if metadata.resolution is not None and name not in WITH_RESOLUTION:
        if not _has_resolution(metadata.exif):
            lost.append("resolution")
        metadata = replace(metadata, resolution=None)
    left = _left_notes(metadata.notes, name)
    if left:
        lost.append(f"{len(left)} text" + ("s" if len(left) > 1 else ""))
    return replace(metadata, notes=tuple(n for n in metadata.notes if n not in left)), tuple(lost)


def _refusal(kind: str, item: bytes, name: str) -> str:
    """Return why a format cannot hold EXIF or XMP; an empty text if it can."""
    size = f"{len(item):,} bytes"
    if name not in PROFILED:
        return size
    if name in ("JPEG", "MPO"):
        return (
            size if len(item) + len(_EXIF_NAME if kind == "exif" else _XMP_NAME) > SEGMENT else ""
        )
    # Pillow parses EXIF for these, and writes it again.
    if kind == "exif" and name in ("AVIF", "TIFF") and load_exif(item) is None:
        return "damaged"
    return ""


def _has_resolution(exif: bytes | None) -> bool:
    loaded = None if exif is None else load_exif(exif)
    return loaded is not None and _X_RESOLUTION in loaded


def _left_notes(notes: tuple[Note, ...], name: str) -> list[Note]:
    if name == "PNG":
        return png_notes(notes)[1]
    if name in ("JPEG", "MPO"):
        return jpeg_comment(notes, SEGMENT)[1]
    return list(notes)
