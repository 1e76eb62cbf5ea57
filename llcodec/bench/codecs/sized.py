"""Four bytes before a video stream that does not know the size of its picture.

Raw video has even sizes only where colour is halved, and programs write it without any size. The
bytes count: they are part of the file that rates are taken of.
"""

import struct

from llcodec.errors import InputError, UnreadableImageError

_SIZE = struct.Struct(">HH")  # width, height
LARGEST = 65535
"""The largest width and height."""


def with_size(width: int, height: int, stream: bytes) -> bytes:
    """Return the file of a stream. Raises InputError if the picture is too large."""
    if max(width, height) > LARGEST:
        raise InputError(f"{width}×{height} pixels are too many for one stream")
    return _SIZE.pack(width, height) + stream


def without_size(data: bytes) -> tuple[int, int, bytes]:
    """Return width, height and stream of a file. Raises UnreadableImageError if it is none."""
    if len(data) <= _SIZE.size:
        raise UnreadableImageError("the file is too short to hold a stream")
    width, height = _SIZE.unpack_from(data)
    if 0 in (width, height):
        raise UnreadableImageError("the file holds a picture without pixels")
    return width, height, data[_SIZE.size :]
