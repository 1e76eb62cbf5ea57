"""The chunks of version 1.1, and that files without them stay of version 1.0."""

import contextlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container import (
    FlatArea,
    Limits,
    Metadata,
    Note,
    Resolution,
    list_chunks,
    pack,
    read_version,
    unpack,
    unpack_damaged,
)
from llcodec.container.flat_area import MAX_ROWS
from llcodec.container.newer_chunks import (
    MAX_NOTES,
    read_flat_areas,
    read_notes,
    read_resolution,
    write_flat_areas,
    write_notes,
    write_resolution,
)
from llcodec.errors import CorruptError

if TYPE_CHECKING:
    from tests.container.conftest import MakeContainer, MakeHeader, Refuses

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def packed(item: bytes) -> bytes:
    return struct.pack("<I", len(item)) + zlib.compress(item)


def test_a_file_is_of_the_lowest_version_that_has_its_chunks(
    make_container: "MakeContainer", make_newer: "MakeContainer"
) -> None:
    assert read_version(pack(make_container())) == (1, 0)
    data = pack(make_newer())
    assert read_version(data) == (1, 1)
    assert unpack(data) == make_newer()
    types = [info.type for info in list_chunks(data)]
    assert types[:5] == ["HEAD", "pHYs", "nOTE", "fLAT", "TILE"]
    left = unpack_damaged(data)
    assert (left.metadata, left.flat, left.problems) == (
        make_newer().metadata,
        make_newer().flat,
        (),
    )


@pytest.mark.parametrize("kind", [b"pHYs", b"nOTE", b"fLAT"])
def test_each_may_be_there_once_and_in_its_place(
    make_newer: "MakeContainer",
    split: Callable[[bytes], list[bytes]],
    refuses: "Refuses",
    kind: bytes,
) -> None:
    pieces = split(pack(make_newer()))
    place = next(n for n, piece in enumerate(pieces) if piece[:4] == kind)
    with refuses(CorruptError, f"more than one {kind.decode()}"):
        unpack(b"".join([*pieces[:place], pieces[place], *pieces[place:]]))
    with refuses(CorruptError, "must not come after"):
        unpack(b"".join([*pieces[:place], *pieces[place + 1 : -1], pieces[place], pieces[-1]]))
    left = unpack_damaged(b"".join([*pieces[:place], *pieces[place + 1 :]]))
    assert left.problems == ()


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_resolution(x: int, y: int) -> None:
    assert read_resolution(write_resolution(Resolution(x, y))) == Resolution(x, y)


@pytest.mark.parametrize("payload", [b"", bytes(7), bytes(8), b"\1\0\0\0\0\0\0\0", bytes(9)])
def test_resolutions_that_are_none(payload: bytes, refuses: "Refuses") -> None:
    with refuses(CorruptError):
        read_resolution(payload)


@settings(deadline=None)
@given(st.lists(st.builds(Note, TEXTS.filter(bool), TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_notes(notes: list[Note]) -> None:
    assert read_notes(write_notes(notes), 1 << 20) == tuple(notes)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (b"", "four texts"),
        (b"key\0\0\0", "four texts"),
        (b"key\0\0\0text", "four texts"),
        (b"key\0\0\0text\0more\0", "four texts"),
        (b"\0\0\0text\0", "is not one"),
        (b"key\0\0\0\xff\0", "is not one"),
        (b"k\0\0\0\0" * (MAX_NOTES + 1), "more than 1024"),
        (bytes(2001), "more than the limit"),
    ],
)
def test_notes_that_are_none(item: bytes, words: str, refuses: "Refuses") -> None:
    with refuses(CorruptError, words):
        read_notes(packed(item), 10_000 if "limit" not in words else 2000)


@settings(deadline=None)
@given(data=st.data())
def test_flat_areas(make_header: "MakeHeader", data: st.DataObject) -> None:
    header = make_header()
    corners = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
    areas = tuple(
        FlatArea(
            corner,
            data.draw(st.tuples(*[st.integers(0, 255)] * 3)),
            header.width,
            tuple(sorted(data.draw(st.lists(st.integers(0, 150), max_size=100)), reverse=True)),
        )
        for corner in corners
    )
    assert read_flat_areas(write_flat_areas(areas), header) == areas


def area(corner: int = 0, colour: tuple[int, int, int] = (0, 0, 0), rows: int = 1) -> bytes:
    return struct.pack("<BHHHI", corner, *colour, rows)


def steps(*values: int) -> bytes:
    return packed(struct.pack(f"<{len(values)}I", *values))


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "1 to 4 areas"),
        (b"\0", "1 to 4 areas"),
        (b"\5" + 5 * area(), "1 to 4 areas"),
        (b"\2" + area(), "1 to 4 areas"),
        (b"\1" + area(), "too short"),
        (b"\1" + area(corner=4) + steps(0), "no corner 4"),
        (b"\1" + area(colour=(0, 0, 256)) + steps(0), "above 255"),
        (b"\1" + area(rows=101) + steps(*[0] * 101), "beyond the picture"),
        (b"\1" + area() + steps(151), "narrower"),
        (b"\1" + area(rows=2) + steps(100, 2**32 - 1), "narrower"),
        (b"\1" + area(rows=2) + steps(0), "a step for each row"),
        (b"\1" + area() + steps(0, 0), "more than the limit of 4"),
        (b"\1" + area(rows=2**32 - 1) + steps(0), f"more than the limit of {MAX_ROWS}"),
        (b"\2" + 2 * area() + steps(0, 0), "two areas in one corner"),
    ],
)
def test_flat_areas_that_are_none(
    payload: bytes, words: str, make_header: "MakeHeader", refuses: "Refuses"
) -> None:
    with refuses(CorruptError, words):
        read_flat_areas(payload, make_header())


@settings(deadline=None)
@given(payload=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(make_header: "MakeHeader", payload: bytes) -> None:
    for read in (
        read_resolution,
        lambda data: read_notes(data, 1000),
        lambda data: read_flat_areas(data, make_header()),
    ):
        with contextlib.suppress(CorruptError):
            read(payload)


def test_a_bomb_is_stopped_at_the_rows_it_announces(
    make_header: "MakeHeader", refuses: "Refuses"
) -> None:
    bomb = struct.pack("<I", 400) + zlib.compress(bytes(50_000_000))
    with refuses(CorruptError, "does not decompress"):
        read_flat_areas(b"\1" + area(rows=100) + bomb, make_header())


def test_what_its_reader_would_refuse_is_not_written(
    make_newer: "MakeContainer", make_header: "MakeHeader", refuses: "Refuses"
) -> None:
    many = Metadata(notes=(Note("k", "v"),) * (MAX_NOTES + 1))
    with refuses(ValueError, "1025 notes"):
        pack(make_newer(metadata=many))
    with refuses(ValueError, "bytes of notes"):
        pack(make_newer(), Limits(max_metadata=20))
    tall = make_header(height=MAX_ROWS + 1, width=1, tile_size=65472)
    tiles = (make_newer().tiles[0],) * tall.tile_count
    high = FlatArea(0, (0, 0, 0), 1, (1,) * (MAX_ROWS + 1))
    with refuses(ValueError, "rows of flat areas"):
        pack(make_newer(header=tall, tiles=tiles, flat=(high,)))


def test_a_picture_has_its_own_areas_only(make_newer: "MakeContainer", refuses: "Refuses") -> None:
    [first, _] = make_newer().flat
    for wrong, words in (
        (replace(first, width=151), "beyond"),
        (replace(first, colour=(0, 0, 300)), "above 255"),
    ):
        with refuses(ValueError, words):
            make_newer(flat=(wrong,))
    with refuses(ValueError, "corners of their own"):
        make_newer(flat=(first, first))
