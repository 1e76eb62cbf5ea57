"""Mutate ``.llc`` files with valid checksums.

A fuzzer that flips bytes reaches nothing beyond the CRC check. Here a file is split into chunks,
which are changed, and lengths and CRCs are then corrected.
"""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from llcodec.container.framing import CHUNK_ORDER, write_chunk

Scramble = Callable[[bytes, int], bytes]
"""The fuzzer's own mutation of bytes, with the maximum size of the result."""

PREAMBLE: Final = 10
# Where the zlib stream starts.
_COMPRESSED: Final = {b"iCCP": 4, b"xMPd": 4, b"nOTE": 4, b"ALPH": 1}
_MOST_INFLATED: Final = 1 << 16
_STRANGE_TYPES: Final = (b"neWs", b"NEWS", b"TI\0E", b"head")


@dataclass(frozen=True)
class Piece:
    """A chunk: its type and its payload."""

    kind: bytes
    payload: bytes


def split(data: bytes) -> list[Piece]:
    """Return the chunks of a file, up to the first invalid length."""
    pieces, start = [], PREAMBLE
    while start + 12 <= len(data):
        kind = data[start : start + 4]
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        if start + 12 + length > len(data):
            break
        pieces.append(Piece(kind, data[start + 8 : start + 8 + length]))
        start += 12 + length
    return pieces


def join(preamble: bytes, pieces: list[Piece]) -> bytes:
    """Return the file of these chunks, with valid CRCs."""
    return preamble + b"".join(_whole(piece) for piece in pieces)


def _whole(piece: Piece) -> bytes:
    if piece.kind.isalpha() and len(piece.kind) == 4:
        return write_chunk(piece.kind, piece.payload)
    length, crc = len(piece.payload), zlib.crc32(piece.kind + piece.payload)
    return piece.kind + length.to_bytes(4, "little") + piece.payload + crc.to_bytes(4, "little")


def mutate_file(data: bytes, max_size: int, seed: int, scramble: Scramble) -> bytes:
    """Return a changed file of at most ``max_size`` bytes."""
    rng = random.Random(seed)
    pieces = split(data)
    if not pieces or rng.random() < 0.1:
        return scramble(data, max_size)
    preamble = data[:PREAMBLE]
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        change = rng.choice((_scrambled, _scrambled, _scrambled, _inflated, _moved, _typed, _cut))
        pieces = change(pieces, rng, scramble)
    if rng.random() < 0.05:
        preamble = scramble(preamble, PREAMBLE)
    mutated = join(preamble, pieces)
    return mutated if len(mutated) <= max_size else scramble(data, max_size)


def _scrambled(pieces: list[Piece], rng: random.Random, scramble: Scramble) -> list[Piece]:
    """Change the payload of a chunk."""
    if not pieces:
        return pieces
    place = rng.randrange(len(pieces))
    payload = pieces[place].payload
    new = scramble(payload, len(payload) + 64)
    return _with(pieces, place, replace(pieces[place], payload=new))


def _inflated(pieces: list[Piece], rng: random.Random, scramble: Scramble) -> list[Piece]:
    """Change what a compressed chunk holds, and often announce the new size."""
    places = [n for n, piece in enumerate(pieces) if piece.kind in _COMPRESSED]
    if not places:
        return _scrambled(pieces, rng, scramble)
    place = rng.choice(places)
    kind, payload = pieces[place].kind, pieces[place].payload
    start = _COMPRESSED[kind]
    try:
        plain = zlib.decompressobj().decompress(payload[start:], _MOST_INFLATED)
    except zlib.error:
        plain = b""
    plain = scramble(plain or b"?", len(plain) + 64)
    front = payload[:start]
    if kind != b"ALPH" and rng.random() < 0.8:
        front = len(plain).to_bytes(4, "little")
    elif kind == b"ALPH" and rng.random() < 0.3:
        front = bytes([rng.randrange(6)])
    return _with(pieces, place, replace(pieces[place], payload=front + zlib.compress(plain)))


def _moved(pieces: list[Piece], rng: random.Random, scramble: Scramble) -> list[Piece]:
    """Move a chunk, or put it in twice."""
    if not pieces:
        return pieces
    place = rng.randrange(len(pieces))
    rest = pieces if rng.random() < 0.5 else pieces[:place] + pieces[place + 1 :]
    target = rng.randrange(len(rest) + 1)
    return [*rest[:target], pieces[place], *rest[target:]]


def _typed(pieces: list[Piece], rng: random.Random, scramble: Scramble) -> list[Piece]:
    """Give a chunk another type."""
    if not pieces:
        return pieces
    place = rng.randrange(len(pieces))
    kind = rng.choice((*CHUNK_ORDER, *_STRANGE_TYPES))
    return _with(pieces, place, replace(pieces[place], kind=kind))


def _cut(pieces: list[Piece], rng: random.Random, scramble: Scramble) -> list[Piece]:
    """Leave a chunk out."""
    place = rng.randrange(len(pieces) + 1)
    return pieces[:place] + pieces[place + 1 :]


def _with(pieces: list[Piece], place: int, piece: Piece) -> list[Piece]:
    return [*pieces[:place], piece, *pieces[place + 1 :]]
