"""Tell raw files of cameras from images: many are TIFFs, of which Pillow decodes a preview."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from llcodec.errors import UnreadableImageError

RAW_SUFFIXES: Final = frozenset(
    {".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mef"}
    | {".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2"}
    | {".srf", ".srw", ".x3f"}
)
"""Lower-case suffixes, with their dot, of raw files."""

_FIRST_BYTES: Final = (
    *(b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM", b"IIU\0", b"IIRO", b"IIRS", b"MMOR"),
    b"II\x1a\0\0\0HEAPCCDR",  # CRW
)
_IMAGES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8", b"BM")

_REDUCED: Final = 254  # NewSubfileType; bit 0: a smaller version of another picture in the file
_PHOTOMETRIC: Final = 262
_SUB_FILES: Final = 330
_DNG_VERSION: Final = 50706  # DNG specification 1.7
_SENSOR: Final = frozenset({32803, 34892})  # colour filter array, linear raw

_INTEGERS: Final = {1: "B", 3: "H", 4: "I", 13: "I"}
_MOST_NUMBERS: Final = 16  # of a tag, and of directories; valid files have fewer

Tags = Mapping[int, tuple[int, ...]]


def is_raw(stream: IO[bytes], name: str | None = None) -> bool:
    """Return whether a file is the raw file of a camera.

    Contents count first. The suffix decides where they can be either, as for TIFFs that do not say
    what they are.

    Args:
        stream: the file; its position is undefined afterwards.
        name: its name, if it has one.
    """
    stream.seek(0)
    head = stream.read(16)
    if head.startswith(_FIRST_BYTES) or head[8:12] == b"CR\2\0" or head[4:12] == b"ftypcrx ":
        return True
    if _is_raw_tiff(stream, head):
        return True
    suffix = "" if name is None else Path(name).suffix.lower()
    return suffix in RAW_SUFFIXES and bool(head) and not head.startswith(_IMAGES)


def refuse_preview(tags: Mapping[int, Any]) -> None:
    """Check the tags of a TIFF that Pillow opened.

    Raises:
        UnreadableImageError: when it is a raw file: Pillow decodes its preview.
    """
    reduced = tags.get(_REDUCED)
    preview = isinstance(reduced, int) and reduced & 1 and _SUB_FILES in tags
    if _DNG_VERSION in tags or preview:
        raise UnreadableImageError(
            "this image is the preview in a raw file of a camera; give the file itself"
        )


def _is_raw_tiff(stream: IO[bytes], head: bytes) -> bool:
    """Return whether a TIFF is a DNG, or has samples of a sensor, or a preview as its first."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None:
        return False
    try:
        first, *others = _directories(stream, order)
    except (struct.error, OverflowError):
        return False
    preview = first.get(_REDUCED, (0,))[0] & 1 and _SUB_FILES in first
    photometric = {tags[_PHOTOMETRIC][0] for tags in (first, *others) if _PHOTOMETRIC in tags}
    return _DNG_VERSION in first or bool(preview) or bool(photometric & _SENSOR)


def _directories(stream: IO[bytes], order: str) -> Iterator[Tags]:
    """Yield the first directory of a TIFF, and those that it names as its sub-files."""
    stream.seek(4)
    first = _directory(stream, order, *struct.unpack(f"{order}I", stream.read(4)))
    yield first
    for offset in first.get(_SUB_FILES, ()):
        yield _directory(stream, order, offset)


def _directory(stream: IO[bytes], order: str, offset: int) -> Tags:
    """Return the integers of a directory, the first sixteen of each tag.

    Raises:
        struct.error: when it is broken.
    """
    stream.seek(offset)
    (count,) = struct.unpack(f"{order}H", stream.read(2))
    table = stream.read(12 * count)
    tags = {}
    for at in range(0, len(table) // 12 * 12, 12):
        tag, kind, length, place = struct.unpack_from(f"{order}HHII", table, at)
        if kind not in _INTEGERS or length == 0:
            continue
        form = f"{order}{min(length, _MOST_NUMBERS)}{_INTEGERS[kind]}"
        data = table[at + 8 : at + 12]
        if struct.calcsize(form) > len(data):
            stream.seek(place)
            data = stream.read(struct.calcsize(form))
        tags[tag] = struct.unpack_from(form, data)
    return tags
