"""The bytes of the ``HEAD`` chunk."""

import struct
from typing import Final

from llcodec._bitstream import HASH_LENGTH, TONE_COUNT
from llcodec.container.header import Header
from llcodec.errors import CorruptError

# minor version, width, height, flags, quality, tile size, model hash, length of the name
_FIXED: Final = struct.Struct(f"<BIIBHH{HASH_LENGTH}sB")
_TONE: Final = struct.Struct(f"<{TONE_COUNT}h")

_GREY: Final = 1
_SIXTEEN_BIT: Final = 2
_ALPHA: Final = 4
_ALL_FLAGS: Final = _GREY | _SIXTEEN_BIT | _ALPHA


def write_head(header: Header, minor: int) -> bytes:
    """Return the payload of ``HEAD`` for a file of this minor version (0 to 255)."""
    name = header.model_name.encode("ascii")
    fixed = _FIXED.pack(
        minor,
        header.width,
        header.height,
        _flags(header),
        header.quality_units,
        header.tile_size,
        header.model_hash,
        len(name),
    )
    tone = () if header.tone is None else header.tone
    numbers = _TONE.pack(*tone) if tone else b""
    return fixed + name + bytes([len(tone)]) + numbers


def read_head(payload: bytes, minor: int) -> Header:
    """Return the header in the payload of ``HEAD``.

    Args:
        payload: the contents of the chunk.
        minor: the minor version at the start of the file, which the payload must repeat.

    Raises:
        CorruptError: when the length or a value is wrong.
    """
    if len(payload) < _FIXED.size:
        raise CorruptError(f"the HEAD chunk is too short: it has {len(payload)} bytes")
    repeated, width, height, flags, quality, tile_size, model_hash, name_length = _FIXED.unpack(
        payload[: _FIXED.size]
    )
    if repeated != minor:
        raise CorruptError(
            f"the minor version is {minor} at the start of the file but {repeated} in HEAD: "
            "copy the file again"
        )
    if flags & ~_ALL_FLAGS:
        raise CorruptError(f"the HEAD chunk has unknown flags: {flags:#04x}")
    name_end = _FIXED.size + name_length
    try:
        return Header(
            width=width,
            height=height,
            quality_units=quality,
            # Latin-1 takes any byte; the header then refuses what is not in the alphabet.
            model_name=payload[_FIXED.size : name_end].decode("latin-1"),
            model_hash=model_hash,
            tile_size=tile_size,
            grey=bool(flags & _GREY),
            sixteen_bit=bool(flags & _SIXTEEN_BIT),
            has_alpha=bool(flags & _ALPHA),
            tone=_read_tone(payload[name_end:]),
        )
    except ValueError as error:
        raise CorruptError(f"the HEAD chunk is wrong: {error}") from error


def _flags(header: Header) -> int:
    return _GREY * header.grey + _SIXTEEN_BIT * header.sixteen_bit + _ALPHA * header.has_alpha


def _read_tone(rest: bytes) -> tuple[int, ...] | None:
    if not rest:
        raise CorruptError("the HEAD chunk ends before its tone numbers")
    count = rest[0]
    if count not in (0, TONE_COUNT):
        raise CorruptError(f"the HEAD chunk has {count} tone numbers instead of 0 or 15")
    if len(rest) != 1 + 2 * count:
        raise CorruptError("the HEAD chunk has a wrong length")
    return _TONE.unpack_from(rest, 1) if count else None
