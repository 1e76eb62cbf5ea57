from typing import TYPE_CHECKING

import pytest

from llcodec.container import Tile
from llcodec.container.tile_chunk import TILE_OVERHEAD, read_tile, write_tile
from llcodec.errors import CorruptError

if TYPE_CHECKING:
    from tests.container.conftest import Refuses


def test_the_layout() -> None:
    assert write_tile(7, Tile(0x01020304, b"stream")) == b"\7\0\0\0\4\3\2\1stream"


@pytest.mark.parametrize("stream", [b"", b"x" * 1000])
def test_round_trip(stream: bytes) -> None:
    tile = Tile(2**32 - 1, stream)
    assert read_tile(write_tile(2**32 - 1, tile)) == (2**32 - 1, tile)


@pytest.mark.parametrize("length", range(TILE_OVERHEAD))
def test_a_short_payload_is_refused(length: int, refuses: "Refuses") -> None:
    with refuses(CorruptError, "too short"):
        read_tile(bytes(length))
