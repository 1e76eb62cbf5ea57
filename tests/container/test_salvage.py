import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container import Limits, Tile, pack, unpack, unpack_damaged
from llcodec.container.salvage import MAX_PROBLEMS
from llcodec.errors import (
    CorruptError,
    FormatError,
    LlcError,
    TooManyPixelsError,
    TruncatedError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from tests.container.conftest import Chunk, MakeContainer, Refuses

# places in the list of pieces
PREAMBLE, HEAD, ICCP, EXIF, XMPD, TEXT, ALPH, TILE, DONE = (*range(8), 13)


def damaged(piece: bytes, place: int) -> bytes:
    broken = bytearray(piece)
    broken[place] ^= 0x10
    return bytes(broken)


def replaced(pieces: list[bytes], place: int, piece: bytes) -> bytes:
    return b"".join([*pieces[:place], piece, *pieces[place + 1 :]])


def without(tiles: tuple[Tile, ...], *lost: int) -> tuple[Tile | None, ...]:
    return tuple(None if index in lost else tile for index, tile in enumerate(tiles))


def test_a_whole_file_comes_whole(make_container: "MakeContainer") -> None:
    file = make_container()
    salvage = unpack_damaged(pack(file))
    assert salvage.problems == ()
    assert salvage.lost_tiles == ()
    assert (salvage.header, salvage.tiles, salvage.metadata, salvage.alpha, salvage.unknown) == (
        file.header,
        file.tiles,
        file.metadata,
        file.alpha,
        file.unknown,
    )


@pytest.mark.parametrize("place", [*range(20), -1])
@pytest.mark.parametrize("tile", range(1, 6))
def test_one_broken_tile_costs_that_tile(
    make_container: "MakeContainer", pieces: list[bytes], tile: int, place: int
) -> None:
    # the bytes of type, length, index, checksum, stream and CRC in turn
    file = make_container()
    salvage = unpack_damaged(replaced(pieces, TILE + tile, damaged(pieces[TILE + tile], place)))
    assert salvage.tiles == without(file.tiles, tile)
    assert salvage.lost_tiles == (tile,)
    assert (salvage.metadata, salvage.alpha) == (file.metadata, file.alpha)
    start = sum(map(len, pieces[: TILE + tile]))
    end = start + len(pieces[TILE + tile]) - 1
    assert salvage.problems == (
        f"bytes {start} to {end} contain no readable chunk",
        f"tile {tile} is lost, of 6 tiles (counted from 0)",
    )


@pytest.mark.parametrize("length", [0, 1, 9, 11, 40, 2**31, 2**32 - 1])
def test_a_broken_length_costs_that_tile(
    make_container: "MakeContainer", pieces: list[bytes], length: int
) -> None:
    piece = pieces[TILE + 2]
    broken = piece[:4] + struct.pack("<I", length) + piece[8:]
    salvage = unpack_damaged(replaced(pieces, TILE + 2, broken))
    assert salvage.tiles == without(make_container().tiles, 2)


def test_lost_bytes_shift_nothing(make_container: "MakeContainer", pieces: list[bytes]) -> None:
    tail = pieces[TILE + 2][7:]
    salvage = unpack_damaged(b"".join([*pieces[: TILE + 1], tail, *pieces[TILE + 3 :]]))
    assert salvage.tiles == without(make_container().tiles, 1, 2)
    assert salvage.problems[-1] == "tiles 1 to 2 are lost, of 6 tiles (counted from 0)"


def test_every_truncation_gives_the_tiles_before_it(
    make_container: "MakeContainer", pieces: list[bytes]
) -> None:
    file, data = make_container(), b"".join(pieces)
    for length in range(len(pieces[0]) + len(pieces[1]), len(data)):
        salvage = unpack_damaged(data[:length])
        there = sum(sum(map(len, pieces[: end + 1])) <= length for end in range(TILE, DONE))
        assert salvage.tiles == without(file.tiles, *range(there, 6))
        assert any("DONE chunk is missing" in line for line in salvage.problems)


@pytest.mark.parametrize(
    ("place", "name"), [(ICCP, "icc"), (EXIF, "exif"), (XMPD, "xmp"), (ALPH, "alpha")]
)
def test_a_broken_part_costs_that_part(
    make_container: "MakeContainer", pieces: list[bytes], place: int, name: str
) -> None:
    file = make_container()
    salvage = unpack_damaged(replaced(pieces, place, damaged(pieces[place], 10)))
    assert salvage.tiles == file.tiles
    parts = {"exif", "icc", "xmp"} - {name}
    assert all(getattr(salvage.metadata, p) == getattr(file.metadata, p) for p in parts)
    assert getattr(salvage.metadata, name, None) is None
    assert (salvage.alpha is None) == (name == "alpha")
    assert ("the alpha plane is lost" in salvage.problems) == (name == "alpha")


def test_a_chunk_that_is_refused_is_left_out(
    make_container: "MakeContainer", pieces: list[bytes]
) -> None:
    file = make_container()
    salvage = unpack_damaged(b"".join(pieces), Limits(max_metadata=40))
    assert salvage.metadata.icc is None
    assert salvage.metadata.exif == file.metadata.exif
    assert salvage.tiles == file.tiles
    assert [("iCCP" in line, "xMPd" in line) for line in salvage.problems] == [(True, False)]


def test_of_duplicates_the_first_is_taken(
    make_container: "MakeContainer", pieces: list[bytes], chunk: "Chunk"
) -> None:
    other = chunk(b"TILE", struct.pack("<II", 0, 0) + b"other")
    salvage = unpack_damaged(b"".join([*pieces[: TILE + 1], other, *pieces[TILE + 1 :]]))
    assert salvage.tiles == make_container().tiles
    assert len(salvage.problems) == 1
    assert "tile 0 twice" in salvage.problems[0]


def test_a_wrong_order_is_a_problem_but_costs_nothing(
    make_container: "MakeContainer", pieces: list[bytes]
) -> None:
    tiles = pieces[TILE:DONE]
    salvage = unpack_damaged(b"".join([*pieces[:TILE], *reversed(tiles), pieces[DONE]]))
    assert salvage.tiles == make_container().tiles
    assert salvage.problems == ("tile 5 comes where tile 0 should be",)
    with pytest.raises(CorruptError, match="should be: copy it again, or try"):
        unpack(b"".join([*pieces[:TILE], *reversed(tiles), pieces[DONE]]))


def test_bytes_after_the_end_are_left_out(
    make_container: "MakeContainer", pieces: list[bytes]
) -> None:
    data = b"".join(pieces)
    salvage = unpack_damaged(data + data)
    assert salvage.tiles == make_container().tiles
    assert salvage.problems == (
        f"bytes {len(data)} to {2 * len(data) - 1} come after the DONE chunk",
    )


def test_the_number_of_problems_is_limited(pieces: list[bytes], chunk: "Chunk") -> None:
    noise = (b"\0" + chunk(b"eXIF")) * 300
    salvage = unpack_damaged(b"".join([*pieces[:TILE], noise, *pieces[TILE:]]))
    assert len(salvage.problems) == MAX_PROBLEMS + 1
    assert salvage.problems[-1].startswith("and ")
    assert salvage.lost_tiles == ()


def test_the_header_must_be_whole(pieces: list[bytes], refuses: "Refuses") -> None:
    with refuses(CorruptError, "HEAD"):
        unpack_damaged(replaced(pieces, HEAD, damaged(pieces[HEAD], 12)))
    with refuses(TruncatedError, "HEAD"):
        unpack_damaged(b"".join(pieces)[:60])
    with refuses(TooManyPixelsError):
        unpack_damaged(b"".join(pieces), Limits(max_pixels=1))


def test_an_unknown_critical_chunk_is_refused(
    pieces: list[bytes], chunk: "Chunk", refuses: "Refuses"
) -> None:
    with refuses(UnsupportedError, "FUTr"):
        unpack_damaged(b"".join([*pieces[:TILE], chunk(b"FUTr"), *pieces[TILE:]]))


@settings(deadline=None)
@given(place=st.integers(0, 10**6), junk=st.binary(max_size=30), cut=st.integers(0, 30))
def test_problems_are_empty_exactly_when_the_file_is_sound(
    small: bytes, place: int, junk: bytes, cut: int
) -> None:
    place %= len(small) + 1
    data = small[:place] + junk + small[place + cut :]
    try:
        salvage = unpack_damaged(data)
    except LlcError:
        return
    assert all(line.isprintable() for line in salvage.problems)
    if salvage.problems:
        with pytest.raises(FormatError):
            unpack(data)
    else:
        unpack(data)
