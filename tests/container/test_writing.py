from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container import Container, Header, Limits, Metadata, RawChunk, Tile, pack, unpack

if TYPE_CHECKING:
    from tests.container.conftest import MakeContainer, MakeHeader, Refuses

ITEMS = st.none() | st.binary(max_size=200)
UNKNOWN = st.builds(
    RawChunk, st.from_regex(r"[a-d][A-Za-z]{3}", fullmatch=True), st.binary(max_size=50)
)


@st.composite
def containers(draw: st.DrawFn) -> Container:
    alpha = draw(ITEMS)
    header = Header(
        width=draw(st.integers(1, 400)),
        height=draw(st.integers(1, 400)),
        quality_units=draw(st.integers(256, 2048)),
        model_name="fast",
        model_hash=bytes(8),
        tile_size=64 * draw(st.integers(1, 3)),
        has_alpha=alpha is not None,
    )
    tile = st.builds(Tile, st.integers(0, 2**32 - 1), st.binary(max_size=40))
    count = header.tile_count
    return Container(
        header=header,
        tiles=tuple(draw(st.lists(tile, min_size=count, max_size=count))),
        metadata=draw(st.builds(Metadata, ITEMS, ITEMS, ITEMS)),
        alpha=alpha,
        unknown=tuple(draw(st.lists(UNKNOWN, max_size=3))),
    )


@settings(deadline=None)
@given(file=containers())
def test_round_trip(file: Container) -> None:
    assert unpack(pack(file)) == file


def test_many_tiles(make_header: "MakeHeader", make_container: "MakeContainer") -> None:
    header = make_header(width=64 * 100, height=64 * 50)
    tiles = tuple(Tile(index, bytes(index % 7)) for index in range(5000))
    file = make_container(header=header, tiles=tiles, alpha=None)
    assert unpack(pack(file)) == file


def test_the_order_of_chunks(pieces: list[bytes]) -> None:
    assert [piece[:4] for piece in pieces[1:]] == [
        *(b"HEAD", b"iCCP", b"eXIF", b"xMPd", b"teXt", b"ALPH"),
        *[b"TILE"] * 6,
        b"DONE",
    ]


def test_one_tile_without_metadata_costs_less_than_120_bytes(make_header: "MakeHeader") -> None:
    header = make_header(width=960, height=512, tile_size=1024)
    data = pack(Container(header=header, tiles=(Tile(1, b"stream"),)))
    assert header.tone is not None
    assert len(data) - len(b"stream") == 112


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(max_pixels=14_999), "15000 pixels"),
        (Limits(max_metadata=62), "63 bytes of ICC profile"),
        (Limits(max_alpha=10), "11 bytes of alpha"),
        (Limits(max_unknown=0), "1 unknown chunks"),
    ],
)
def test_what_its_reader_would_refuse_is_not_written(
    make_container: "MakeContainer", refuses: "Refuses", limits: Limits, words: str
) -> None:
    with refuses(ValueError, words):
        pack(make_container(), limits)


@pytest.mark.parametrize("item", ["exif", "icc", "xmp"])
def test_the_limit_on_metadata_holds_for_each_item(
    make_container: "MakeContainer", refuses: "Refuses", item: str
) -> None:
    block: dict[str, Any] = {item: bytes(65)}
    file = make_container(metadata=Metadata(**block))
    assert unpack(pack(file, Limits(max_metadata=65)), Limits(max_metadata=65)) == file
    with refuses(ValueError, "more than the limit of 64"):
        pack(file, Limits(max_metadata=64))
