import contextlib
import struct
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container.framing import EXIF, ICCP, XMPD
from llcodec.container.metadata_chunks import METADATA_TYPES, read_metadata, write_metadata
from llcodec.errors import CorruptError

if TYPE_CHECKING:
    from tests.container.conftest import Refuses

COMPRESSED = pytest.mark.parametrize("kind", [ICCP, XMPD])


def packed(size: int, stream: bytes) -> bytes:
    return struct.pack("<I", size) + stream


@settings(deadline=None)
@given(kind=st.sampled_from(METADATA_TYPES), item=st.binary(max_size=3000))
def test_round_trip(kind: bytes, item: bytes) -> None:
    assert read_metadata(kind, write_metadata(kind, item), len(item)) == item


@settings(deadline=None)
@given(kind=st.sampled_from([ICCP, XMPD]), payload=st.binary(max_size=50))
def test_any_bytes_give_an_item_or_a_corrupt_error(kind: bytes, payload: bytes) -> None:
    with contextlib.suppress(CorruptError):
        assert len(read_metadata(kind, payload, 1000)) <= 1000


def test_exif_is_stored_as_it_is() -> None:
    assert write_metadata(EXIF, b"II*\0") == b"II*\0"


@pytest.mark.parametrize("kind", METADATA_TYPES)
def test_the_limit_holds_for_each_item(kind: bytes, refuses: "Refuses") -> None:
    with refuses(CorruptError, "more than the limit of 99"):
        read_metadata(kind, write_metadata(kind, bytes(100)), 99)


@COMPRESSED
@pytest.mark.parametrize("announced", [0, 1, 1000])
def test_a_bomb_is_stopped_at_the_announced_size(
    kind: bytes, announced: int, refuses: "Refuses"
) -> None:
    bomb = packed(announced, zlib.compress(bytes(50_000_000)))
    tracemalloc.start()
    try:
        with refuses(CorruptError, f"the {announced} bytes it announces"):
            read_metadata(kind, bomb, 1000)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@COMPRESSED
def test_an_announced_size_above_the_limit_is_not_even_tried(
    kind: bytes, refuses: "Refuses"
) -> None:
    with refuses(CorruptError, "more than the limit"):
        read_metadata(kind, packed(2**32 - 1, b"not zlib"), 1000)


@COMPRESSED
@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "too short"),
        (b"\0\0\0", "too short"),
        (packed(4, b"not zlib"), "cannot be decompressed"),
        (packed(4, b""), "does not decompress"),
        (packed(5, zlib.compress(b"four")), "does not decompress"),
        (packed(3, zlib.compress(b"four")), "does not decompress"),
        (packed(4, zlib.compress(b"four") + b"?"), "does not decompress"),
        (packed(4, zlib.compress(b"four")[:-1]), "does not decompress"),
        (packed(4, zlib.compress(b"four")[:-1] + b"?"), "cannot be decompressed"),
    ],
)
def test_damaged_streams_are_refused(
    kind: bytes, payload: bytes, words: str, refuses: "Refuses"
) -> None:
    with refuses(CorruptError, words):
        read_metadata(kind, payload, 1000)
