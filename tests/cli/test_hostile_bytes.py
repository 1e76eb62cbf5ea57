"""Damaged and forged files: an error of our own, never a crash and never a wrong picture."""

import random
import struct
from dataclasses import replace
from zlib import crc32

import pytest

import llcodec
from llcodec import container


def test_truncated_at_every_byte(sample: bytes) -> None:
    for length in range(len(sample)):
        with pytest.raises(llcodec.FormatError):
            llcodec.decode(sample[:length])


def flipped(data: bytes, bit: int) -> bytes:
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def tile_start(data: bytes) -> int:
    return next(c.offset for c in llcodec.inspect(data).chunks if c.type == "TILE")


def test_every_single_bit_of_the_header(sample: bytes) -> None:
    for bit in range(8 * tile_start(sample)):
        # the minor version stands there twice, so that it is covered as well
        with pytest.raises(llcodec.LlcError):
            llcodec.decode(flipped(sample, bit))


def test_random_bits_of_the_payload(sample: bytes) -> None:
    bits = range(8 * tile_start(sample), 8 * len(sample))
    for bit in random.Random(0).choices(bits, k=500):
        with pytest.raises(llcodec.LlcError):
            llcodec.decode(flipped(sample, bit))


def test_random_streams_with_right_checksums_of_their_bytes(sample: bytes) -> None:
    """What a forger can do: the CRC is right, and the entropy decoder sees the bytes."""
    file = container.unpack(sample)
    [tile] = file.tiles
    chance = random.Random(1)
    for _ in range(200):
        stream = chance.choice(
            [
                flipped(tile.stream, chance.randrange(8 * len(tile.stream))),
                tile.stream[: chance.randrange(len(tile.stream))],
                chance.randbytes(chance.randrange(200)),
            ]
        )
        forged = container.pack(replace(file, tiles=(replace(tile, stream=stream),)))
        with pytest.raises(llcodec.CorruptError):
            llcodec.decode(forged)


def test_every_bit_of_the_header_with_a_right_crc(sample: bytes) -> None:
    """What a forger can do to the header: an error, or a picture, but never a crash."""
    end = tile_start(sample)
    for bit in range(8 * 18, 8 * (end - 4)):
        forged = bytearray(flipped(sample, bit))
        forged[end - 4 : end] = struct.pack("<I", crc32(forged[10 : end - 4]))
        try:
            image = llcodec.decode(bytes(forged), max_pixels=1 << 20)
        except llcodec.LlcError:
            continue
        assert image.width * image.height <= 1 << 20
