from typing import TYPE_CHECKING

import pytest

from llcodec.container import Limits, Metadata, RawChunk, Tile
from llcodec.container.collecting import Collector
from llcodec.container.metadata_chunks import write_metadata
from llcodec.container.tile_chunk import write_tile
from llcodec.errors import CorruptError, UnsupportedError

if TYPE_CHECKING:
    from tests.container.conftest import MakeHeader, Refuses


@pytest.fixture
def collector(make_header: "MakeHeader") -> Collector:
    return Collector(make_header(has_alpha=True), Limits(max_alpha=10, max_unknown=1))


def test_parts_are_gathered_in_any_order(collector: Collector) -> None:
    collector.add(b"TILE", write_tile(3, Tile(0, b"d")))
    collector.add(b"xMPd", write_metadata(b"xMPd", b"<x/>"))
    collector.add(b"ALPH", b"plane")
    collector.add(b"teXt", b"hello")
    collector.add(b"TILE", write_tile(0, Tile(0, b"a")))
    collector.add(b"DONE", b"")
    assert collector.tiles == {3: Tile(0, b"d"), 0: Tile(0, b"a")}
    assert collector.metadata == Metadata(xmp=b"<x/>")
    assert collector.alpha == b"plane"
    assert collector.unknown == [RawChunk("teXt", b"hello")]


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        (b"HEAD", b"", "more than one HEAD"),
        (b"eXIF", b"other", "more than one eXIF"),
        (b"ALPH", b"other", "more than one ALPH"),
        (b"TILE", write_tile(2, Tile(0, b"other")), "tile 2 twice"),
        (b"TILE", write_tile(6, Tile(0, b"")), "tile 6"),
        (b"TILE", b"", "too short"),
        (b"DONE", b"x", "must be empty"),
        (b"teXt", b"other", "more than 1 unknown"),
    ],
)
def test_a_refused_chunk_changes_nothing(
    collector: Collector, refuses: "Refuses", kind: bytes, payload: bytes, words: str
) -> None:
    first = {b"eXIF": b"exif", b"ALPH": b"", b"TILE": write_tile(2, Tile(0, b"")), b"teXt": b""}
    for known, content in first.items():
        collector.add(known, content)
    with refuses(CorruptError, words):
        collector.add(kind, payload)
    assert collector.tiles == {2: Tile(0, b"")}
    assert collector.metadata == Metadata(exif=b"exif")
    assert collector.alpha == b""
    assert collector.unknown == [RawChunk("teXt", b"")]


def test_an_unknown_critical_chunk_is_named(collector: Collector, refuses: "Refuses") -> None:
    with refuses(UnsupportedError, "chunk type NEWs"):
        collector.add(b"NEWs", b"")


def test_alpha_has_a_limit(collector: Collector, refuses: "Refuses") -> None:
    with refuses(CorruptError, "more than the limit of 10"):
        collector.add(b"ALPH", bytes(11))


def test_alpha_must_be_announced(make_header: "MakeHeader", refuses: "Refuses") -> None:
    with refuses(CorruptError, "no alpha"):
        Collector(make_header(), Limits()).add(b"ALPH", b"")
