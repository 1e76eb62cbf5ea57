"""The bytes of the ``HEAD`` chunk."""

import struct
from typing import Final

from llcodec._bitstream import (
    HASH_LENGTH,
    LOCAL_TONE_COUNT,
    TONE_COUNT,
    TONE_GRID_COLUMNS,
    TONE_GRID_ROWS,
)
from llcodec.container.header import Header
from llcodec.container.signature import GLOBAL_TONE_MAJOR, LOCAL_TONE_MAJOR
from llcodec.errors import CorruptError, UnsupportedError

# minor version, width, height, flags, quality, tile size, model hash, length of the name
_FIXED: Final = struct.Struct(f"<BIIBHH{HASH_LENGTH}sB")
_EXPOSURES: Final = TONE_GRID_ROWS * TONE_GRID_COLUMNS
_TONE: Final = {
    0: struct.Struct(""),
    TONE_COUNT: struct.Struct(f"<{TONE_COUNT}h"),
    LOCAL_TONE_COUNT: struct.Struct(f"<{LOCAL_TONE_COUNT - _EXPOSURES}h{_EXPOSURES}b"),
}
"""The layout of the tone numbers, by their count."""

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
    return fixed + name + bytes([len(tone)]) + _TONE[len(tone)].pack(*tone)


def read_head(payload: bytes, minor: int, major: int = GLOBAL_TONE_MAJOR) -> Header:
    """Return the header in the payload of ``HEAD``.

    Args:
        payload: the contents of the chunk.
        minor: the minor version at the start of the file, which the payload must repeat.
        major: the major version, which tells whether the tone curve is local.

    Raises:
        CorruptError: when the length or a value is wrong.
        UnsupportedError: when a file of version 2 has no local tone curve.
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
            tone=_read_tone(payload[name_end:], major),
        )
    except ValueError as error:
        raise CorruptError(f"the HEAD chunk is wrong: {error}") from error


def _flags(header: Header) -> int:
    return _GREY * header.grey + _SIXTEEN_BIT * header.sixteen_bit + _ALPHA * header.has_alpha


def _read_tone(rest: bytes, major: int) -> tuple[int, ...] | None:
    if not rest:
        raise CorruptError("the HEAD chunk ends before its tone numbers")
    count, layout = rest[0], _TONE.get(rest[0])
    if layout is None:
        raise CorruptError(f"the HEAD chunk has {count} tone numbers instead of 0, 15 or 43")
    if len(rest) != 1 + layout.size:
        raise CorruptError("the HEAD chunk has a wrong length")
    _check_version(count, major)
    return layout.unpack_from(rest, 1) if count else None


def _check_version(count: int, major: int) -> None:
    """Check that a file has the major version of its tone numbers.

    The CRC does not cover the major version: so damage to it is noticed.
    """
    if major == LOCAL_TONE_MAJOR and count != LOCAL_TONE_COUNT:
        raise UnsupportedError(
            f"the file has format version {major} without a local tone curve, which this llcodec "
            "does not know: install a newer version"
        )
    if major == GLOBAL_TONE_MAJOR and count == LOCAL_TONE_COUNT:
        raise CorruptError(
            f"the file has a local tone curve, but format version {major}: copy it again"
        )
