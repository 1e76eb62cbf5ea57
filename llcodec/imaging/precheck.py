"""Check a file before a plugin of Pillow opens it, for costs that plugins do not limit.

Some decode more pixels than they report, some make objects of all numbers in the file. The checks
read headers only, and every photograph passes.
"""

import re
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO, Final

from PIL.ImageFile import ImageFile

from llcodec.errors import UnreadableImageError
from llcodec.imaging.directories import count_entries
from llcodec.imaging.jxl_size import jxl_size
from llcodec.imaging.limits import check_pixels

MAX_EXIF_SEGMENTS: Final = 16
"""EXIF segments of one JPEG, of 64 KB each; standards know one for each picture in the file."""

_EXIF: Final = re.compile(rb"\xff\xe1..Exif\0\0", re.DOTALL)
_EXIF_LENGTH: Final = 10
_HEIF_SIZE: Final = re.compile(rb"ispe\0{4}(.{8})", re.DOTALL)  # ISO/IEC 23008-12, 6.5.3
_MOST_BOXES: Final = 1000
_PIECE: Final = 1 << 20
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def precheck(name: str, stream: IO[bytes], max_pixels: int) -> None:
    """Check a file that a plugin is about to open.

    The position of the stream is undefined afterwards.

    Args:
        name: Pillow's name of the format.
        stream: the file.
        max_pixels: limit on width × height of whatever is in it.

    Raises:
        UnreadableImageError: when the file would cost more than any photograph does.
        TooManyPixelsError: when something in it has more than ``max_pixels``.
        struct.error: when the file is broken.
    """
    check = _CHECKS.get(name)
    if check is not None:
        check(stream, max_pixels)


def refuse_unbounded(image: ImageFile) -> None:
    """Check that the decoder of an opened image is bounded by the image's size.

    Raises:
        UnreadableImageError: when it is not, as for gzip in FITS.
    """
    if any(tile.codec_name == "fits_gzip" for tile in image.tile):
        raise UnreadableImageError("compressed FITS cannot be read; save it uncompressed")


def _tiff(stream: IO[bytes], max_pixels: int) -> None:
    found = count_entries(stream)
    found.check()
    if all(found.tile):
        check_pixels(*found.tile, max_pixels)  # tiles are decoded whole


def _jpeg(stream: IO[bytes], _max_pixels: int) -> None:
    """Pillow joins the EXIF of all segments, and reads numbers from it."""
    stream.seek(0)
    count, tail = 0, b""
    while piece := stream.read(_PIECE):
        tail += piece
        count += sum(1 for _ in _EXIF.finditer(tail))
        tail = tail[1 - _EXIF_LENGTH :]
        if count > MAX_EXIF_SEGMENTS:
            raise UnreadableImageError(
                f"it has more than {MAX_EXIF_SEGMENTS} segments of EXIF; save it without metadata"
            )


def _ico(stream: IO[bytes], max_pixels: int) -> None:
    """The frames of an icon have their own sizes, whatever its list says."""
    stream.seek(0)
    _, _, count = struct.unpack("<HHH", stream.read(6))
    table = stream.read(16 * count)
    for entry in range(0, len(table) // 16 * 16, 16):
        (offset,) = struct.unpack_from("<I", table, entry + 12)
        stream.seek(offset)
        head = stream.read(24)
        if len(head) < 24:
            continue
        if head.startswith(_PNG):
            width, height = struct.unpack(">II", head[16:24])
        else:  # a bitmap, with a mask of the same height below
            width, height = struct.unpack("<ii", head[4:12])
            height = abs(height) // 2
        if width > 0 and height > 0:
            check_pixels(width, height, max_pixels)


def _jxl(stream: IO[bytes], max_pixels: int) -> None:
    """The plugin decodes all pixels as it opens a file."""
    check_pixels(*jxl_size(stream), max_pixels)


def _heif(stream: IO[bytes], max_pixels: int) -> None:
    """A small part of a large image may be shown, but all of it is decoded."""
    start = 0
    for _ in range(_MOST_BOXES):
        stream.seek(start)
        head = stream.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        if kind == b"meta":
            stream.seek(start)
            for size in _HEIF_SIZE.finditer(stream.read(min(length or _PIECE, _PIECE))):
                width, height = struct.unpack(">II", size[1])
                if width and height:
                    check_pixels(width, height, max_pixels)
        if not 8 <= length < 1 << 62:
            return
        start += length


_CHECKS: Mapping[str, Callable[[IO[bytes], int], None]] = MappingProxyType(
    {"TIFF": _tiff, "JPEG": _jpeg, "ICO": _ico, "JXL": _jxl, "HEIF": _heif}
)
