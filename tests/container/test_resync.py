import struct
import time
from typing import TYPE_CHECKING

import pytest

from llcodec.container.resync import whole_frames

if TYPE_CHECKING:
    from tests.container.conftest import Chunk


def found(data: bytes, start: int = 0) -> list[tuple[str, int]]:
    return [(frame.name, frame.start) for frame in whole_frames(data, start)]


def test_a_sound_file_is_walked_by_its_lengths(chunk: "Chunk") -> None:
    inner = chunk(b"TILE", b"inside")
    data = chunk(b"ALPH", inner) + chunk(b"teXt", inner) + chunk(b"DONE")
    assert found(data) == [("ALPH", 0), ("teXt", 30), ("DONE", 60)]


def test_nothing_is_found_in_nothing() -> None:
    assert found(b"") == []
    assert found(b"TILE") == []


@pytest.mark.parametrize("kind", [b"iCCP", b"eXIF", b"xMPd", b"ALPH", b"TILE", b"DONE"])
def test_known_chunks_are_found_behind_other_bytes(chunk: "Chunk", kind: bytes) -> None:
    assert found(b"\0\1TILE" + chunk(kind, b"payload")) == [(kind.decode(), 6)]


def test_a_chunk_with_a_wrong_crc_is_not_believed(chunk: "Chunk") -> None:
    broken = bytearray(chunk(b"TILE", b"broken"))
    broken[9] ^= 1
    assert found(bytes(broken) + chunk(b"TILE", b"whole")) == [("TILE", 18)]


@pytest.mark.parametrize("length", [0, 3, 9, 200, 2**32 - 1])
def test_a_wrong_length_does_not_hide_the_next_chunk(chunk: "Chunk", length: int) -> None:
    broken = b"TILE" + struct.pack("<I", length) + chunk(b"TILE", b"broken")[8:]
    data = broken + chunk(b"TILE", b"whole") + bytes(300)
    assert found(data) == [("TILE", len(broken))]


def test_every_second_tile_is_found_when_every_other_one_is_broken(chunk: "Chunk") -> None:
    whole, broken = chunk(b"TILE", bytes(8)), chunk(b"TILE", bytes(8))[:-1] + b"?"
    assert len(found((broken + whole) * 500)) == 500
    assert len(found(broken * 1000 + whole)) == 1


@pytest.mark.parametrize("length", [0, None])
def test_time_is_linear_on_false_starts(length: int | None) -> None:
    # Every false start has a length that fits, up to the end of the data: tried one by one,
    # these 2 MB would take 500 GB of CRC.
    size, step = 1 << 21, 8
    starts = (
        b"TILE" + struct.pack("<I", size - place - 12 if length is None else length)
        for place in range(0, size, step)
        if place <= size - 12
    )
    data = b"".join(starts).ljust(size, b"\0")
    begin = time.perf_counter()
    assert found(data) == []
    assert time.perf_counter() - begin < 20
