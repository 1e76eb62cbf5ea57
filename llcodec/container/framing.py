"""Chunks: a type of four letters, a length, a payload, a CRC-32."""

import struct
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from llcodec.errors import CorruptError, TruncatedError

HEAD: Final = b"HEAD"
ICCP: Final = b"iCCP"
EXIF: Final = b"eXIF"
XMPD: Final = b"xMPd"
PHYS: Final = b"pHYs"
NOTE: Final = b"nOTE"
FLAT: Final = b"fLAT"
ALPH: Final = b"ALPH"
TILE: Final = b"TILE"
DONE: Final = b"DONE"

CHUNK_ORDER: Final = (HEAD, ICCP, EXIF, XMPD, PHYS, NOTE, FLAT, ALPH, TILE, DONE)
"""The known types, in the order in which they must come."""

CHUNK_OVERHEAD: Final = 12
"""Bytes that a chunk takes beside its payload."""

MAX_LENGTH: Final = 0xFFFFFFFF
"""The longest payload, in bytes."""

_LENGTH: Final = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Frame:
    """The extent of a chunk. Its checksum has not been checked.

    Attributes:
        type: the four letters.
        start: offset of the type in the file, in bytes.
        length: length of the payload, in bytes; all of the chunk lies within the file.
    """

    type: bytes
    start: int
    length: int

    @property
    def payload_start(self) -> int:
        """Offset of the first byte of the payload."""
        return self.start + 8

    @property
    def payload_end(self) -> int:
        """Offset of the first byte after the payload, where the CRC is."""
        return self.payload_start + self.length

    @property
    def end(self) -> int:
        """Offset of the first byte after the chunk."""
        return self.start + CHUNK_OVERHEAD + self.length

    @property
    def name(self) -> str:
        """The type as text."""
        return self.type.decode("ascii")


def is_chunk_type(kind: bytes) -> bool:
    """Tell whether these bytes are a chunk type: four ASCII letters."""
    return len(kind) == 4 and kind.isalpha()


def is_critical(kind: bytes) -> bool:
    """Tell whether a reader must know this type to show the picture."""
    return kind[:1].isupper()


def write_chunk(kind: bytes, payload: bytes) -> bytes:
    """Return a whole chunk.

    Raises:
        ValueError: when the type is not four letters, or the payload too long for its field.
    """
    if not is_chunk_type(kind):
        raise ValueError(f"a chunk type is four ASCII letters, not {kind!r}")
    if len(payload) > MAX_LENGTH:
        raise ValueError(f"a chunk holds at most {MAX_LENGTH} bytes, not {len(payload)}")
    crc = crc32(payload, crc32(kind))
    return kind + _LENGTH.pack(len(payload)) + payload + _LENGTH.pack(crc)


def frame_at(data: bytes, start: int) -> Frame:
    """Find the extent of the chunk that starts at ``start`` (a byte offset).

    Raises:
        TruncatedError: when the data end before the chunk does.
        CorruptError: when there is no chunk type at this place.
    """
    kind = data[start : start + 4]
    if not kind or (len(kind) < 4 and kind.isalpha()):
        raise TruncatedError(f"the file ends at byte {len(data)}, before its DONE chunk")
    if not is_chunk_type(kind):
        raise CorruptError(f"no chunk starts at byte {start}")
    if len(data) - start < CHUNK_OVERHEAD:
        raise _cut_short(kind, start)
    (length,) = _LENGTH.unpack_from(data, start + 4)
    frame = Frame(kind, start, length)
    if frame.end > len(data):
        raise _cut_short(kind, start)
    return frame


def has_right_crc(data: bytes, frame: Frame) -> bool:
    """Compute and compare the chunk's CRC. Takes time in proportion to the payload."""
    payload = memoryview(data)[frame.payload_start : frame.payload_end]
    (stored,) = _LENGTH.unpack_from(data, frame.payload_end)
    return crc32(payload, crc32(frame.type)) == int(stored)


def payload_of(data: bytes, frame: Frame) -> bytes:
    """Return a chunk's payload without looking at the CRC."""
    return data[frame.payload_start : frame.payload_end]


def checked_payload(data: bytes, frame: Frame) -> bytes:
    """Return a chunk's payload.

    Raises:
        CorruptError: when the CRC is wrong.
    """
    if not has_right_crc(data, frame):
        raise CorruptError(f"the {frame.name} chunk at byte {frame.start} has a wrong checksum")
    return payload_of(data, frame)


def _cut_short(kind: bytes, start: int) -> TruncatedError:
    return TruncatedError(f"the file ends within the {kind.decode('ascii')} chunk at byte {start}")
