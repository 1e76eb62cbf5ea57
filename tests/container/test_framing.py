from typing import TYPE_CHECKING

import pytest

from llcodec.container.framing import (
    CHUNK_ORDER,
    CHUNK_OVERHEAD,
    checked_payload,
    frame_at,
    has_right_crc,
    is_chunk_type,
    is_critical,
    payload_of,
    write_chunk,
)
from llcodec.errors import CorruptError, TruncatedError

if TYPE_CHECKING:
    from tests.container.conftest import Chunk, Refuses


def test_the_layout_of_a_chunk(chunk: "Chunk") -> None:
    assert write_chunk(b"teXt", b"hello") == chunk(b"teXt", b"hello")
    assert write_chunk(b"DONE", b"").hex() == "444f4e4500000000" + "1f0db826"


def test_a_frame_tells_where_the_parts_are() -> None:
    data = b"??" + write_chunk(b"teXt", b"hello") + b"??"
    frame = frame_at(data, 2)
    assert (frame.type, frame.name, frame.start, frame.length) == (b"teXt", "teXt", 2, 5)
    assert data[frame.payload_start : frame.payload_end] == b"hello"
    assert frame.end == len(data) - 2 == 2 + CHUNK_OVERHEAD + 5
    assert has_right_crc(data, frame)
    assert checked_payload(data, frame) == payload_of(data, frame) == b"hello"


@pytest.mark.parametrize("kind", [b"", b"abc", b"abcde", b"ab1d", b"ab d", b"\xe9bcd"])
def test_a_type_is_four_letters(kind: bytes, refuses: "Refuses") -> None:
    assert not is_chunk_type(kind)
    with refuses(ValueError, "four ASCII letters"):
        write_chunk(kind, b"")


def test_the_case_of_the_first_letter_tells_what_is_critical() -> None:
    critical = {kind for kind in CHUNK_ORDER if is_critical(kind)}
    assert critical == {b"HEAD", b"ALPH", b"TILE", b"DONE"}


def test_a_payload_longer_than_its_field_is_refused(
    monkeypatch: pytest.MonkeyPatch, refuses: "Refuses"
) -> None:
    monkeypatch.setattr("llcodec.container.framing.MAX_LENGTH", 4)
    with refuses(ValueError, "at most 4 bytes"):
        write_chunk(b"teXt", b"12345")


@pytest.mark.parametrize("length", range(17))
def test_a_cut_chunk_is_truncated(length: int, refuses: "Refuses") -> None:
    with refuses(TruncatedError, "the file ends"):
        frame_at(write_chunk(b"teXt", b"hello")[:length], 0)


def test_a_length_beyond_the_file_is_truncated(refuses: "Refuses") -> None:
    with refuses(TruncatedError, "TILE chunk at byte 0"):
        frame_at(b"TILE\xff\xff\xff\xff" + bytes(100), 0)


@pytest.mark.parametrize("data", [b"\0", b"ab\0", b"TIL1" + bytes(20)])
def test_other_bytes_are_no_chunk(data: bytes, refuses: "Refuses") -> None:
    with refuses(CorruptError, "no chunk starts at byte 0"):
        frame_at(data, 0)


@pytest.mark.parametrize("place", [0, 1, 2, 3, 8, 12, 13, 16])
def test_the_crc_covers_type_and_payload(place: int, refuses: "Refuses") -> None:
    data = bytearray(write_chunk(b"teXt", b"hello"))
    data[place] ^= 2
    with refuses(CorruptError, "wrong checksum"):
        checked_payload(bytes(data), frame_at(bytes(data), 0))
