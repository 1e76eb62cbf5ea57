"""Broken files: what goes wrong with files, and what people with bad intentions write."""

import struct
import zlib
from dataclasses import dataclass, replace

import numpy as np

from llcodec.codec.codec import Codec
from llcodec.container import Header, Tile, pack, unpack
from llcodec.container.framing import write_chunk
from llcodec.container.head_chunk import write_head
from llcodec.container.signature import write_preamble
from llcodec.container.tile_chunk import write_tile
from llcodec.imaging import Picture
from tests.golden.golden_forged import chunks_of

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Broken:
    """A file that must be refused, and the class in ``llcodec.errors`` that says why."""

    name: str
    what: str
    error: str
    data: bytes


def broken_files(whole: bytes, codec: Codec) -> list[Broken]:
    """Return what can be made of a whole file of several tiles with alpha and all metadata."""
    return [*_transfers(whole), *_chunks(whole), *_streams(whole), *_headers(whole), *_bombs(codec)]


def source(codec: Codec, picture: Picture) -> bytes:
    """Return the file that the others are made of: 6 tiles of 64."""
    alpha = np.arange(picture.height * picture.width, dtype=np.uint32) % 251
    plane = alpha.astype(np.uint8).reshape(picture.height, picture.width)
    return codec.encode(replace(picture, alpha=plane), tile_size=64)


def _transfers(whole: bytes) -> list[Broken]:
    last_tile = whole.rindex(b"TILE")
    return [
        Broken("empty", "no bytes at all", "TruncatedError", b""),
        Broken("signature-cut", "the first five bytes", "TruncatedError", whole[:5]),
        Broken("signature", "another file's", "NotAnLlcFileError", b"\x89PNG" + whole[4:]),
        Broken("text-mode", "line ends", "NotAnLlcFileError", whole.replace(b"\r\n", b"\n")),
        Broken("seven-bit", "eighth bits gone", "NotAnLlcFileError", bytes(b & 127 for b in whole)),
        Broken("head-cut", "ends within HEAD", "TruncatedError", whole[:40]),
        Broken("tile-cut", "ends within a tile", "TruncatedError", whole[: last_tile + 13]),
        Broken("done-cut", "the last byte is missing", "TruncatedError", whole[:-1]),
        Broken("trailing", "bytes after DONE", "CorruptError", whole + b"\n"),
        Broken("zeros", "a hole of zeros", "CorruptError", whole[:200] + bytes(64) + whole[264:]),
    ]


def _chunks(whole: bytes) -> list[Broken]:
    pieces = chunks_of(whole)
    first = next(n for n, piece in enumerate(pieces) if piece.startswith(b"TILE"))
    flipped = _flip(pieces[first], 20)

    def at(place: int, *new: bytes) -> bytes:
        return b"".join([*pieces[:place], *new, *pieces[place + 1 :]])

    tile, done = pieces[first], len(pieces) - 1
    early = next(n for n, piece in enumerate(pieces) if piece.startswith(b"eXIF"))
    other = write_chunk(b"NEWS", b"of version 2")
    return [
        Broken("crc-tile", "a byte of a tile", "CorruptError", at(first, flipped)),
        Broken("crc-head", "a byte of HEAD", "CorruptError", at(1, _flip(pieces[1], 20))),
        Broken("critical", "an unknown critical chunk", "UnsupportedError", at(first, other, tile)),
        Broken("tile-twice", "one tile twice", "CorruptError", at(first, tile, tile)),
        Broken("tile-missing", "one tile missing", "CorruptError", at(first)),
        Broken(
            "tile-late",
            "the first tile last",
            "CorruptError",
            at(first)[:-12] + tile + pieces[done],
        ),
        Broken("order", "tile before EXIF", "CorruptError", at(early, tile, pieces[early])),
        Broken("no-done", "no DONE chunk", "TruncatedError", at(done)),
        Broken(
            "done-full", "DONE is not empty", "CorruptError", at(done, write_chunk(b"DONE", b"x"))
        ),
        Broken("no-type", "no letters", "CorruptError", at(first, b"TI\x00E" + tile[4:])),
        Broken("major", "version 2.0", "UnsupportedError", whole[:8] + b"\x02\x00" + whole[10:]),
    ]


def _streams(whole: bytes) -> list[Broken]:
    """Return files with tiles whose CRC is right and whose symbols are not."""
    file = unpack(whole)
    tile = file.tiles[2]

    def forged(stream: bytes, checksum: int = tile.checksum) -> bytes:
        tiles = (*file.tiles[:2], Tile(checksum, stream), *file.tiles[3:])
        return pack(replace(file, tiles=tiles))

    return [
        Broken("symbols", "a flipped bit", "CorruptError", forged(_flip(tile.stream, 9))),
        Broken("symbols-empty", "an empty stream", "CorruptError", forged(b"")),
        Broken("symbols-more", "a word too many", "CorruptError", forged(b"more" + tile.stream)),
        Broken("symbols-odd", "half a word", "CorruptError", forged(tile.stream + b"\1\2")),
        Broken("symbols-zero", "a last word of 0", "CorruptError", forged(tile.stream + bytes(4))),
        Broken("checksum", "of other symbols", "CorruptError", forged(tile.stream, 12345)),
    ]


def _headers(whole: bytes) -> list[Broken]:
    header = unpack(whole).header
    pieces = chunks_of(whole)

    def forged(payload: bytes) -> bytes:
        return b"".join([pieces[0], write_chunk(b"HEAD", payload), *pieces[2:]])

    def changed(**fields: object) -> bytes:
        return forged(write_head(replace(header, **fields), 0))  # type: ignore[arg-type]

    def alone(**fields: object) -> bytes:
        """Return a file with another header and with the empty tiles that it asks for."""
        small = replace(header, has_alpha=False, **fields)  # type: ignore[arg-type]
        tiles = (write_chunk(b"TILE", write_tile(n, Tile(0, b""))) for n in range(small.tile_count))
        head = write_chunk(b"HEAD", write_head(small, 0))
        return b"".join([write_preamble(), head, *tiles, write_chunk(b"DONE", b"")])

    payload = write_head(header, 0)
    largest = (1 << 32) - 1
    return [
        Broken("model", "other weights", "WrongModelError", changed(model_hash=b"\0golden\0")),
        Broken(
            "huge", "2³²−1 squared", "TooManyPixelsError", alone_header(header, largest, largest)
        ),
        Broken("large", "10001×10000", "TooManyPixelsError", alone_header(header, 10001, 10000)),
        Broken("short-of-tiles", "9999×9999", "TruncatedError", alone_header(header, 9999, 9999)),
        Broken(
            "thin",
            "5×20,000,000",
            "TooManyPixelsError",
            alone(width=5, height=20_000_000, tile_size=65472),
        ),
        Broken(
            "large-tile",
            "a tile of 4097",
            "UnsupportedError",
            alone(width=4097, height=16, tile_size=65472),
        ),
        Broken("size", "one row more", "CorruptError", changed(height=header.height + 1)),
        Broken("quality", "another quality", "CorruptError", changed(quality_units=300)),
        Broken("no-alpha", "alpha not announced", "CorruptError", changed(has_alpha=False)),
        Broken(
            "flags",
            "a flag of the future",
            "CorruptError",
            forged(payload[:9] + b"\x84" + payload[10:]),
        ),
        Broken("minor", "two minor versions", "CorruptError", forged(b"\1" + payload[1:])),
        Broken(
            "name", "a path as a name", "CorruptError", forged(payload.replace(b"tiny", b"../x"))
        ),
        Broken(
            "tone",
            "14 tone numbers",
            "CorruptError",
            forged(payload[:27] + b"\x0e" + payload[28:-2]),
        ),
    ]


def alone_header(header: Header, width: int, height: int) -> bytes:
    """Return a file with a header of this size, and nothing else."""
    head = write_head(replace(header, width=width, height=height, has_alpha=False), 0)
    return write_preamble() + write_chunk(b"HEAD", head) + write_chunk(b"DONE", b"")


def _bombs(codec: Codec) -> list[Broken]:
    """Return small files that ask for much memory."""
    plane = np.zeros((1, 1), np.uint8)
    pixel = codec.encode(Picture(np.zeros((1, 1, 3), np.uint8), plane))
    pieces = chunks_of(pixel)
    bomb = zlib.compress(bytes(16 * MEBIBYTE), 9)

    def with_chunk(place: int, kind: bytes, payload: bytes) -> bytes:
        kept = [p for p in pieces if not p.startswith(kind)]
        return b"".join([*kept[:place], write_chunk(kind, payload), *kept[place:]])

    announced = struct.pack("<I", 16 * MEBIBYTE + 1) + bomb
    unknown = b"".join([*pieces[:2], write_chunk(b"spAM", b"") * 1025, *pieces[2:]])
    return [
        Broken(
            "bomb-announced", "16 MiB and 1 byte", "CorruptError", with_chunk(2, b"iCCP", announced)
        ),
        Broken(
            "bomb-hidden",
            "16 MiB, 100 announced",
            "CorruptError",
            with_chunk(2, b"xMPd", struct.pack("<I", 100) + bomb),
        ),
        Broken(
            "bomb-cut",
            "ends too early",
            "CorruptError",
            with_chunk(2, b"iCCP", struct.pack("<I", 100) + zlib.compress(bytes(100))[:-2]),
        ),
        Broken(
            "alpha-bomb", "16 MiB for a pixel", "CorruptError", with_chunk(2, b"ALPH", b"\0" + bomb)
        ),
        Broken(
            "alpha-kind",
            "an unknown prediction",
            "CorruptError",
            with_chunk(2, b"ALPH", b"\4" + zlib.compress(b"\0")),
        ),
        Broken("unknown-many", "1025 unknown chunks", "CorruptError", unknown),
    ]


def _flip(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit changed."""
    return data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :]
