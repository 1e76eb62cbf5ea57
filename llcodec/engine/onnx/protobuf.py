"""The wire format of Protocol Buffers, as far as ONNX models need it.

A message is a sequence of fields; each is a key (number and wire type) and a value
(https://protobuf.dev/programming-guides/encoding/).
"""

import struct
from collections.abc import Iterable

_VARINT, _BYTES, _FIXED32 = 0, 2, 5


def integer(field: int, value: int) -> bytes:
    """Return a field of type int64, int32 or enum."""
    return _key(field, _VARINT) + _varint(value & (2**64 - 1))


def number(field: int, value: float) -> bytes:
    """Return a field of type float."""
    return _key(field, _FIXED32) + struct.pack("<f", value)


def data(field: int, value: bytes) -> bytes:
    """Return a field of type bytes, or of a message that is already encoded."""
    return begin(field, len(value)) + value


def begin(field: int, length: int) -> bytes:
    """Return what precedes the ``length`` bytes of a field of type bytes, or of a message."""
    return _key(field, _BYTES) + _varint(length)


def text(field: int, value: str) -> bytes:
    """Return a field of type string."""
    return data(field, value.encode())


def packed(field: int, values: Iterable[int]) -> bytes:
    """Return a repeated field of type int64."""
    return data(field, b"".join(_varint(value & (2**64 - 1)) for value in values))


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)
