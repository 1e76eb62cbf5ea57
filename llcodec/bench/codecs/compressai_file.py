"""The file of a picture that a model of CompressAI coded: sizes, then its streams."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from llcodec.errors import InputError, UnreadableImageError

# Width, height, height and width of the last latents, quality, number of streams.
_HEAD = struct.Struct(">HHHHBB")
_LENGTH = struct.Struct(">I")  # of each stream but the last, which goes to the end
_LARGEST = 65535


@dataclass(frozen=True)
class CodedPicture:
    """What ``decompress`` needs, and which weights.

    Attributes:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        quality: 0 to 255, that of the weights.
        shape: height and width of the latents that the streams' ``shape`` speaks of.
        streams: one for each entropy model, the latents' before the hyper-latents'.
    """

    width: int
    height: int
    quality: int
    shape: tuple[int, int]
    streams: Sequence[bytes]

    def pack(self) -> bytes:
        """Return the file. Raises InputError if the picture is too large."""
        if max(self.width, self.height) > _LARGEST:
            raise InputError(f"{self.width}×{self.height} pixels are too many for one file")
        sizes = (self.width, self.height, *self.shape, self.quality, len(self.streams))
        lengths = (_LENGTH.pack(len(stream)) for stream in self.streams[:-1])
        return b"".join((_HEAD.pack(*sizes), *lengths, *self.streams))


def unpack(data: bytes) -> CodedPicture:
    """Return what a file holds. Raises UnreadableImageError if it is none."""
    try:
        width, height, rows, columns, quality, count = _HEAD.unpack_from(data)
        at = _HEAD.size + _LENGTH.size * max(0, count - 1)
        lengths = struct.unpack_from(f">{max(0, count - 1)}I", data, _HEAD.size)
    except struct.error as error:
        raise UnreadableImageError("the file ends before its streams") from error
    if 0 in (width, height, rows, columns, count) or at + sum(lengths) > len(data):
        raise UnreadableImageError("the file holds no picture, or not all of it")
    streams = []
    for length in lengths:
        streams.append(data[at : at + length])
        at += length
    return CodedPicture(width, height, quality, (rows, columns), (*streams, data[at:]))
