"""The bytes of the metadata chunks, and their defence against zlib bombs."""

import struct
import zlib
from typing import Final

from llcodec.container.framing import EXIF, ICCP, XMPD
from llcodec.errors import CorruptError

METADATA_TYPES: Final = (ICCP, EXIF, XMPD)

_SIZE: Final = struct.Struct("<I")
_BEST: Final = 9


def write_metadata(kind: bytes, item: bytes) -> bytes:
    """Return the payload of a metadata chunk: EXIF unchanged, ICC and XMP compressed."""
    return item if kind == EXIF else compressed(item)


def compressed(item: bytes) -> bytes:
    """Return the size of an item, and its zlib stream."""
    return _SIZE.pack(len(item)) + zlib.compress(item, _BEST)


def read_metadata(kind: bytes, payload: bytes, limit: int) -> bytes:
    """Return the item in the payload of a metadata chunk.

    Args:
        kind: the chunk type, one of ``METADATA_TYPES``.
        payload: the contents of the chunk.
        limit: the most bytes that the item may have.

    Raises:
        CorruptError: when the item is larger than the limit, or its compression is damaged.
    """
    name = kind.decode("ascii")
    if kind == EXIF:
        _check_size(name, len(payload), limit)
        return payload
    return decompressed(name, payload, limit)


def decompressed(name: str, payload: bytes, limit: int) -> bytes:
    """Return the item of :func:`compressed`.

    Args:
        name: the type of the chunk.
        payload: its contents.
        limit: the most bytes that the item may have.

    Raises:
        CorruptError: when the item is larger than the limit, or its compression is damaged.
    """
    if len(payload) < _SIZE.size:
        raise CorruptError(f"the {name} chunk is too short: it has {len(payload)} bytes")
    (size,) = _SIZE.unpack_from(payload)
    _check_size(name, size, limit)
    return _decompress(name, payload[_SIZE.size :], size)


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise CorruptError(
            f"the {name} chunk holds {size} bytes, more than the limit of {limit}: "
            "raise the limit on metadata if you trust the file"
        )


def _decompress(name: str, stream: bytes, size: int) -> bytes:
    decoder = zlib.decompressobj()
    try:
        # One byte more than announced: only then does zlib read up to its end marker, and a
        # bound of 0 would mean no bound at all.
        item = decoder.decompress(stream, size + 1)
    except zlib.error as error:
        raise CorruptError(f"the {name} chunk cannot be decompressed: {error}") from error
    if len(item) != size or not decoder.eof or decoder.unused_data:
        raise CorruptError(f"the {name} chunk does not decompress to the {size} bytes it announces")
    return item
