import contextlib
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llcodec.container import (
    SIGNATURE,
    ChunkInfo,
    Limits,
    RawChunk,
    list_chunks,
    pack,
    read_header,
    read_version,
    unpack,
    unpack_damaged,
)
from llcodec.container.head_chunk import write_head
from llcodec.container.signature import write_preamble
from llcodec.errors import (
    CorruptError,
    LlcError,
    NotAnLlcFileError,
    TruncatedError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from tests.container.conftest import Chunk, MakeContainer, MakeHeader, Refuses

Reader = Callable[[bytes], object]

READERS: tuple[Reader, ...] = (unpack, unpack_damaged, read_header, list_chunks)
# places in the list of pieces
PREAMBLE, HEAD, ICCP, EXIF, XMPD, TEXT, ALPH, TILE, DONE = (*range(8), 13)


def moved(pieces: list[bytes], source: int, target: int) -> bytes:
    rest = pieces[:source] + pieces[source + 1 :]
    return b"".join([*rest[:target], pieces[source], *rest[target:]])


def test_it_reads_what_was_packed(make_container: "MakeContainer") -> None:
    file = make_container()
    assert unpack(pack(file)) == file
    assert read_header(pack(file)) == file.header


def test_every_truncation_is_noticed(small: bytes, refuses: "Refuses") -> None:
    for length in range(len(small)):
        with refuses(TruncatedError):
            unpack(small[:length])
        with refuses(TruncatedError):
            list_chunks(small[:length])


def test_every_flipped_bit_is_noticed(small: bytes) -> None:
    for place in range(8 * len(small)):
        flipped = bytearray(small)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(LlcError) as caught:
            unpack(bytes(flipped))
        assert str(caught.value).isprintable()
        if place < 8 * len(SIGNATURE):
            assert caught.type is NotAnLlcFileError


@settings(deadline=None)
@given(tail=st.binary(max_size=200), start=st.integers(0, 400))
@example(tail=b"TILE\x04\0\0\0", start=400)
@pytest.mark.parametrize("reader", READERS)
def test_no_bytes_raise_anything_else(
    reader: Reader, small: bytes, tail: bytes, start: int
) -> None:
    with contextlib.suppress(LlcError):
        reader(small[:start] + tail)


@settings(deadline=None)
@given(data=st.binary(max_size=200))
@pytest.mark.parametrize("reader", READERS)
def test_random_bytes_are_refused(reader: Reader, data: bytes) -> None:
    with pytest.raises((NotAnLlcFileError, TruncatedError)):
        reader(data)


def test_an_unknown_ancillary_chunk_is_kept_wherever_it_lies(
    pieces: list[bytes], chunk: "Chunk"
) -> None:
    for place in range(HEAD + 1, DONE + 1):
        data = b"".join([*pieces[:place], chunk(b"fUTr", b"later"), *pieces[place:]])
        assert RawChunk("fUTr", b"later") in unpack(data).unknown


def test_an_unknown_ancillary_chunk_must_be_whole(pieces: list[bytes], refuses: "Refuses") -> None:
    data = b"".join(pieces).replace(b"hello", b"hallo")
    with refuses(CorruptError, "teXt chunk at byte"):
        unpack(data)


def test_the_number_of_unknown_chunks_is_limited(
    pieces: list[bytes], chunk: "Chunk", refuses: "Refuses"
) -> None:
    data = b"".join([*pieces[:DONE], chunk(b"fUTr") * 1024, pieces[DONE]])
    with refuses(CorruptError, "more than 1024 unknown"):
        unpack(data)
    with refuses(CorruptError, "more than 17 chunks"):
        list_chunks(data, Limits(max_unknown=1))


def test_an_unknown_critical_chunk_is_refused(
    pieces: list[bytes], chunk: "Chunk", refuses: "Refuses"
) -> None:
    data = b"".join([*pieces[:DONE], chunk(b"FUTr", b"later"), pieces[DONE]])
    with refuses(UnsupportedError, "FUTr"):
        unpack(data)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (ICCP, HEAD, "first chunk is iCCP"),
        (XMPD, EXIF, "eXIF chunk at byte"),
        (ALPH, ICCP, "must not come after ALPH"),
        (ALPH, TILE, "must not come after TILE"),
        (ICCP, ALPH, "must not come after ALPH"),
        (TILE, TILE + 1, "tile 1 comes where tile 0 should be"),
    ],
)
def test_a_wrong_order_is_refused(
    pieces: list[bytes], refuses: "Refuses", source: int, target: int, words: str
) -> None:
    with refuses(CorruptError, words):
        unpack(moved(pieces, source, target))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (HEAD, "more than one HEAD"),
        (ICCP, "more than one iCCP"),
        (EXIF, "more than one eXIF"),
        (XMPD, "more than one xMPd"),
        (ALPH, "more than one ALPH"),
        (TILE, "tile 0 twice"),
    ],
)
def test_duplicates_are_refused(
    pieces: list[bytes], refuses: "Refuses", place: int, words: str
) -> None:
    with refuses(CorruptError, words):
        unpack(b"".join([*pieces[: place + 1], *pieces[place:]]))


@pytest.mark.parametrize("lost", range(TILE, DONE))
def test_a_missing_tile_is_refused(pieces: list[bytes], refuses: "Refuses", lost: int) -> None:
    words = "5 TILE chunks instead of 6" if lost == DONE - 1 else f"where tile {lost - TILE} should"
    with refuses(CorruptError, words):
        unpack(b"".join(pieces[:lost] + pieces[lost + 1 :]))


def test_missing_alpha_is_refused(pieces: list[bytes], refuses: "Refuses") -> None:
    with refuses(CorruptError, "no ALPH chunk"):
        unpack(b"".join(pieces[:ALPH] + pieces[ALPH + 1 :]))


@pytest.mark.parametrize("kind", [b"iCCP", b"eXIF", b"xMPd"])
def test_metadata_is_optional(pieces: list[bytes], kind: bytes) -> None:
    unpack(b"".join(piece for piece in pieces if piece[:4] != kind))


def test_a_missing_end_is_truncated(pieces: list[bytes], refuses: "Refuses") -> None:
    with refuses(TruncatedError, "before its DONE chunk"):
        unpack(b"".join(pieces[:DONE]))


def test_a_full_end_is_refused(pieces: list[bytes], chunk: "Chunk", refuses: "Refuses") -> None:
    with refuses(CorruptError, "must be empty"):
        unpack(b"".join(pieces[:DONE]) + chunk(b"DONE", b"?"))


@pytest.mark.parametrize("tail", [b"\0", b"\n", b"TILE" * 9])
@pytest.mark.parametrize("reader", [unpack, list_chunks])
def test_nothing_follows_the_end(
    reader: Reader, small: bytes, refuses: "Refuses", tail: bytes
) -> None:
    with refuses(CorruptError, f"cut it at byte {len(small)}"):
        reader(small + tail)


def test_a_higher_minor_version_is_read(
    make_container: "MakeContainer", pieces: list[bytes], chunk: "Chunk"
) -> None:
    file = make_container()
    newer = [SIGNATURE + b"\1\7", chunk(b"HEAD", write_head(file.header, 7)), *pieces[ICCP:]]
    assert read_version(b"".join(newer)) == (1, 7)
    assert unpack(b"".join(newer)) == file


def test_a_higher_major_version_is_refused(pieces: list[bytes], refuses: "Refuses") -> None:
    with refuses(UnsupportedError, "2.0"):
        unpack(b"".join([SIGNATURE + b"\2\0", *pieces[HEAD:]]))


@pytest.mark.parametrize("reader", [unpack, list_chunks])
def test_announced_tiles_must_have_room(
    reader: Reader, make_header: "MakeHeader", chunk: "Chunk", refuses: "Refuses"
) -> None:
    head = write_head(make_header(width=6 * 10**7, height=1), 0)
    data = write_preamble() + chunk(b"HEAD", head) + chunk(b"DONE")
    start = time.perf_counter()
    with refuses(TruncatedError, "too short for its 937500 tiles"):
        reader(data)
    assert time.perf_counter() - start < 5


def test_a_list_of_chunks_has_an_end(
    make_header: "MakeHeader", chunk: "Chunk", refuses: "Refuses"
) -> None:
    head = write_head(make_header(width=10**8, height=1), 0)
    with refuses(UnsupportedError, "more than 1,048,576 tiles"):
        list_chunks(write_preamble() + chunk(b"HEAD", head) + chunk(b"DONE"))


@pytest.mark.parametrize("reader", [unpack, list_chunks])
def test_lengths_are_checked_against_the_file(
    reader: Reader, pieces: list[bytes], refuses: "Refuses"
) -> None:
    broken = pieces[TILE][:4] + struct.pack("<I", 2**32 - 1) + pieces[TILE][8:]
    with refuses(TruncatedError, "within the TILE chunk"):
        reader(b"".join([*pieces[:TILE], broken, *pieces[TILE + 1 :]]))


def test_the_header_is_read_from_the_first_bytes(
    make_header: "MakeHeader", make_container: "MakeContainer"
) -> None:
    header = make_header(model_name="x" * 32, has_alpha=True)
    data = pack(make_container(header=header))
    assert read_header(data[:108]) == header


def test_the_list_of_chunks(pieces: list[bytes]) -> None:
    chunks = list_chunks(b"".join(pieces))
    assert chunks[0] == ChunkInfo("HEAD", 10, 58)
    assert chunks[-1].type == "DONE"
    assert [info.length for info in chunks] == [len(piece) - 12 for piece in pieces[1:]]
    assert [info.offset for info in chunks] == [
        sum(map(len, pieces[:count])) for count in range(1, len(pieces))
    ]
