"""Read the size of a JPEG XL image from its header (ISO/IEC 18181-1, SizeHeader).

The plugin decodes all pixels as it opens a file, so the size must be known before that.
"""

import struct
from typing import IO, Final

_BARE: Final = b"\xff\x0a"
_RATIOS: Final = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_MOST_BOXES: Final = 1000


def jxl_size(stream: IO[bytes]) -> tuple[int, int]:
    """Return width and height in the header of a JPEG XL file, a bare codestream or a container.

    The position of the stream is undefined afterwards.

    Raises:
        struct.error: when there is no header.
    """
    head = _codestream(stream)
    if not head.startswith(_BARE) or len(head) < 16:
        raise struct.error("no JPEG XL codestream")
    bits = _Bits(head[2:])
    small = bool(bits.take(1))
    height = bits.side(small)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return bits.side(small), height


def _codestream(stream: IO[bytes]) -> bytes:
    """Return the first bytes of the codestream, padded with zeros."""
    stream.seek(0)
    head = stream.read(16)
    start = 0
    for _ in range(_MOST_BOXES):
        if head.startswith(_BARE) or len(head) < 8:
            return head.ljust(16, b"\0")
        length, kind = struct.unpack(">I4s", head[:8])
        inside = start + 8
        if length == 1:
            (length,) = struct.unpack(">Q", head[8:16])
            inside += 8
        if kind in (b"jxlc", b"jxlp"):
            stream.seek(inside + (4 if kind == b"jxlp" else 0))
            return stream.read(16).ljust(16, b"\0")
        if not 8 <= length < 1 << 62:
            break
        start += length
        stream.seek(start)
        head = stream.read(16)
    raise struct.error("no JPEG XL codestream")


class _Bits:
    """Bits, the least significant one of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value

    def side(self, small: bool) -> int:
        """Return a width or a height."""
        if small:
            return 8 * (1 + self.take(5))
        return 1 + self.take((9, 13, 18, 30)[self.take(2)])
