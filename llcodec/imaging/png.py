"""Write PNG with 16 bits a sample, which Pillow can do for grey only.

Colour types 0, 2, 4 and 6, not interlaced. Each row takes the filter (None, Sub or Up) with
the smallest sum of absolute differences.
"""

import struct
import zlib
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from llcodec._metadata import Metadata
from llcodec.imaging.depth import row_blocks
from llcodec.imaging.notes import png_notes

MAX_LEVEL = 9
"""The highest level of deflate."""

_RUNS_LEVEL = 1  # any but 0 is the same where only runs are matched

_METRE = 1  # the unit of pHYs
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def deflate_of(level: int | None) -> tuple[int, int]:
    """Return the level and the strategy of deflate for a level; None is the default.

    By default only runs are matched. What is left of a photograph after the filters of PNG hardly
    repeats: such files are as small as those of level 4, in half the time.
    """
    return (_RUNS_LEVEL, zlib.Z_RLE) if level is None else (level, zlib.Z_DEFAULT_STRATEGY)


def write_png16(
    target: BinaryIO, samples: NDArray[np.uint16], metadata: Metadata, level: int | None = None
) -> None:
    """Write a 16-bit PNG.

    Args:
        target: a binary stream.
        samples: H×W×C; C is 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
        metadata: goes into eXIf, iCCP, pHYs and text chunks; notes whose keywords cannot stand in
            one are left out.
        level: of deflate, from 0 to 9; see :func:`deflate_of`.

    Raises:
        OSError: when ``target`` cannot be written to.
    """
    height, width, channels = samples.shape
    target.write(b"\x89PNG\r\n\x1a\n")
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPES[channels], 0, 0, 0)
    _write_chunk(target, b"IHDR", header)
    if metadata.icc is not None:
        _write_chunk(target, b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.icc, 9))
    if metadata.exif is not None:
        _write_chunk(target, b"eXIf", metadata.exif)
    if metadata.resolution is not None:
        size = struct.pack(">IIB", metadata.resolution.x, metadata.resolution.y, _METRE)
        _write_chunk(target, b"pHYs", size)
    if metadata.xmp is not None:
        _write_chunk(target, b"iTXt", xmp_text(metadata.xmp))
    chunks, _ = png_notes(metadata.notes)
    for kind, data, *_ in chunks.chunks:
        _write_chunk(target, kind, data)
    _write_rows(target, samples, level)
    _write_chunk(target, b"IEND", b"")


def xmp_text(xmp: bytes) -> bytes:
    """Return the content of the iTXt chunk for XMP: uncompressed, as the XMP standard demands."""
    return b"XML:com.adobe.xmp\0\0\0\0\0" + xmp


def _write_rows(target: BinaryIO, samples: NDArray[np.uint16], level: int | None) -> None:
    height, width, channels = samples.shape
    level, strategy = deflate_of(level)
    stream = zlib.compressobj(level, strategy=strategy)
    above = np.zeros((1, width * channels * 2), np.uint8)
    for rows in row_blocks(width * channels, height):
        raw = samples[rows].astype(">u2").view(np.uint8).reshape(rows.stop - rows.start, -1)
        data = stream.compress(_filter(raw, above, channels * 2).tobytes())
        above = raw[-1:]
        if data:
            _write_chunk(target, b"IDAT", data)
    _write_chunk(target, b"IDAT", stream.flush())


def _filter(
    raw: NDArray[np.uint8], above: NDArray[np.uint8], pixel_bytes: int
) -> NDArray[np.uint8]:
    """Return rows with their filter bytes in front; ``above`` is the row before the first."""
    sub = raw.copy()
    sub[:, pixel_bytes:] -= raw[:, :-pixel_bytes]
    up = raw - np.concatenate([above, raw[:-1]])
    out = np.zeros((raw.shape[0], raw.shape[1] + 1), np.uint8)
    out[:, 1:], best = raw, _cost(raw)
    for kind, candidate in ((1, sub), (2, up)):
        cost = _cost(candidate)
        better = cost < best
        out[better, 0], out[better, 1:] = kind, candidate[better]
        best = np.minimum(best, cost)
    return out


def _cost(rows: NDArray[np.uint8]) -> NDArray[np.int64]:
    # bytes as signed differences; int16, as |-128| does not fit int8
    signed: NDArray[np.int16] = rows.view(np.int8).astype(np.int16)
    return np.asarray(np.abs(signed).sum(axis=1, dtype=np.int64))


def _write_chunk(target: BinaryIO, kind: bytes, data: bytes) -> None:
    target.write(struct.pack(">I", len(data)) + kind + data)
    target.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
