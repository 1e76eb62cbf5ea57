from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from llcodec.codec.latents import ArrivingLatents, decode_latents
from llcodec.codec.region import Region, needed_tiles, whole_picture
from llcodec.codec.windows import DECODER_HALO, windows
from llcodec.container import Header, Tile
from llcodec.errors import CorruptError

if TYPE_CHECKING:
    from tests.codec.started import Tiny


def test_tiles_land_where_the_header_says(tiny: "Tiny") -> None:
    """Each tile is coded alone; together they are the plane."""
    coder = tiny.file.coder()
    header = Header(190, 140, 1024, "tiny", bytes(8), tile_size=64)
    generator = torch.Generator().manual_seed(2)
    tiles, places = [], []
    for number in range(header.tile_count):
        left, top, width, height = (-(-n // 16) for n in header.tile_box(number))
        y = 9 * torch.randn(16, height, width, generator=generator)
        z = torch.randint(-2, 3, (8, -(-height // 4), -(-width // 4)), generator=generator)
        stream, seen = coder.encode(y.numpy(), z.int().numpy(), 1024)
        tiles.append(Tile(seen.checksum(), stream))
        places.append((slice(None), slice(top, top + height), slice(left, left + width), seen))
    latents = decode_latents(coder, header, dict(enumerate(tiles))).values
    assert latents.shape == (16, 9, 12)
    for *place, seen in places:
        assert np.array_equal(latents[tuple(place)], seen.y_hat)


def test_a_wrong_checksum_is_corrupt_and_names_the_tile(tiny: "Tiny") -> None:
    coder = tiny.file.coder()
    y = np.random.default_rng(0).normal(size=(16, 2, 2))
    stream, seen = coder.encode(y, np.zeros((8, 1, 1)), 1024)
    header = Header(64, 32, 1024, "tiny", bytes(8), tile_size=64)
    tile = Tile(seen.checksum() ^ 1, stream)
    small = replace(header, width=32)
    with pytest.raises(CorruptError, match="tile 0"):
        decode_latents(coder, small, {0: tile})


HEADER = Header(700, 420, 1024, "tiny", bytes(8), tile_size=64)


@pytest.fixture(scope="module")
def tiles(tiny: "Tiny") -> dict[int, Tile]:
    """The tiles of HEADER, all of random latents."""
    coder, rng = tiny.file.coder(), np.random.default_rng(5)
    found = {}
    for number in range(HEADER.tile_count):
        height, width = (-(-n // 16) for n in HEADER.tile_box(number)[:1:-1])
        z = rng.integers(-2, 3, (8, -(-height // 4), -(-width // 4))).astype(np.int32)
        stream, seen = coder.encode(rng.normal(size=(16, height, width)) * 9, z, 1024)
        found[number] = Tile(seen.checksum(), stream)
    return found


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("region", [whole_picture(HEADER), Region(133, 222, 400, 90)])
def test_latents_that_arrive_are_those_of_all_tiles(
    tiny: "Tiny",
    tiles: dict[int, Tile],
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
    region: Region,
) -> None:
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: threads)
    monkeypatch.setattr("llcodec.codec.windows.SIDE", 20)
    coder = tiny.file.coder()
    needed = {number: tiles[number] for number in needed_tiles(HEADER, region)}
    plane = decode_latents(coder, HEADER, needed, region)
    arriving = ArrivingLatents(coder, HEADER, needed, region)
    size = -(-HEADER.height // 16), -(-HEADER.width // 16)
    pieces = list(windows(*size, DECODER_HALO, region.latents))
    assert len(pieces) > 3
    for window in pieces:
        np.testing.assert_array_equal(arriving.crop(window), plane.crop(window))


@pytest.mark.parametrize("threads", [1, 3])
def test_a_window_waits_for_its_own_tiles_and_names_a_broken_one(
    tiny: "Tiny", tiles: dict[int, Tile], monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: threads)
    monkeypatch.setattr("llcodec.codec.windows.SIDE", 20)
    last = HEADER.tile_count - 1
    broken = {**tiles, last: replace(tiles[last], checksum=tiles[last].checksum ^ 1)}
    arriving = ArrivingLatents(tiny.file.coder(), HEADER, broken)
    first, *_, end = windows(-(-HEADER.height // 16), -(-HEADER.width // 16), DECODER_HALO)
    seen: NDArray[np.float32] = arriving.crop(first)
    assert seen.any()
    with pytest.raises(CorruptError, match=f"tile {last} "):
        arriving.crop(end)
