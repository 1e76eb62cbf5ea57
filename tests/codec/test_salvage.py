"""Damaged files: intact tiles are recovered; lost ones are grey and listed."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from llcodec import container
from llcodec.codec.codec import Target
from llcodec.codec.region import Region
from llcodec.errors import CorruptError, FormatError, NotAnLlcFileError
from llcodec.imaging import Picture

if TYPE_CHECKING:
    from tests.codec.conftest import MakePicture
    from tests.codec.started import Tiny

TILE = 128


@pytest.fixture(scope="module")
def picture(make_picture: "MakePicture") -> Picture:
    alpha = np.arange(400 * 300).reshape(400, 300).astype(np.uint8)
    return Picture(make_picture(400, 300, seed=8, white=80), alpha)


@pytest.fixture(scope="module")
def data(tiny: "Tiny", picture: Picture) -> bytes:
    """A file of 3×4 tiles, columns × rows."""
    return tiny.codec.encode(picture, Target(6.0), tile_size=TILE)


def spoil_tile(data: bytes, number: int) -> bytes:
    """Change a byte in the middle of a tile's stream."""
    start = -1
    for _ in range(number + 1):
        start = data.index(b"TILE", start + 1)
    length = int.from_bytes(data[start + 4 : start + 8], "little")
    at = start + 8 + length // 2
    return data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]


def test_nothing_is_lost_of_a_whole_file(tiny: "Tiny", data: bytes) -> None:
    saved, whole = tiny.codec.salvage(data), tiny.codec.decode(data)
    assert saved.lost == ()
    assert saved.problems == ()
    np.testing.assert_array_equal(saved.picture.pixels, whole.pixels)
    np.testing.assert_array_equal(saved.picture.alpha, whole.alpha)


@pytest.mark.parametrize("number", range(12))
def test_a_lost_tile_is_grey_and_all_else_is_as_it_was(
    tiny: "Tiny", data: bytes, number: int
) -> None:
    broken = spoil_tile(data, number)
    with pytest.raises(FormatError):
        tiny.codec.decode(broken)
    saved, whole = tiny.codec.salvage(broken), tiny.codec.decode(data)
    header = container.read_header(data)
    region = Region(*header.tile_box(number))
    assert saved.lost == (region,)
    assert saved.problems
    assert (saved.picture.pixels[region.rows, region.columns] == 128).all()
    far = np.ones((400, 300), bool)
    reach = 128  # of the synthesis transform
    far[
        max(0, region.top - reach) : region.rows.stop + reach,
        max(0, region.left - reach) : region.columns.stop + reach,
    ] = False
    difference = saved.picture.pixels.astype(int) - whole.pixels
    assert np.abs(difference[far]).max() <= 1
    near = ~far
    near[region.rows, region.columns] = False
    assert np.abs(difference[near]).mean() < 3
    np.testing.assert_array_equal(saved.picture.alpha, whole.alpha)


def test_a_truncated_file_loses_its_last_tiles(tiny: "Tiny", data: bytes) -> None:
    places = [i for i in range(len(data)) if data.startswith(b"TILE", i)]
    saved = tiny.codec.salvage(data[: places[7] + 9])
    header = container.read_header(data)
    assert saved.lost == tuple(Region(*header.tile_box(n)) for n in range(7, 12))


def test_wrong_symbols_behind_a_right_crc_are_lost_too(tiny: "Tiny", data: bytes) -> None:
    """What a faulty writer makes: the container is whole, the tile is not what it says."""
    file = container.unpack(data)
    wrong = container.Tile(file.tiles[5].checksum ^ 1, file.tiles[5].stream)
    tiles = (*file.tiles[:5], wrong, *file.tiles[6:])
    again = container.pack(container.Container(header=file.header, tiles=tiles, alpha=file.alpha))
    saved = tiny.codec.salvage(again)
    assert saved.lost == (Region(*file.header.tile_box(5)),)
    assert "tile 5" in saved.problems[0]


@pytest.mark.parametrize("loss", ["the chunk", "what is in it"])
def test_lost_alpha_is_opaque(tiny: "Tiny", data: bytes, loss: str) -> None:
    file = container.unpack(data)
    assert file.alpha is not None
    if loss == "the chunk":
        at = data.index(b"ALPH") + 20
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    else:
        alpha = b"\7" + file.alpha[1:]
        broken = container.pack(
            container.Container(header=file.header, tiles=file.tiles, alpha=alpha)
        )
    saved = tiny.codec.salvage(broken)
    assert saved.lost == ()
    assert saved.problems
    assert saved.picture.alpha is not None
    assert (saved.picture.alpha == 255).all()


def test_without_its_header_nothing_is_left(tiny: "Tiny", data: bytes) -> None:
    with pytest.raises(FormatError):
        tiny.codec.salvage(data[:20] + b"?" + data[21:])
    with pytest.raises(NotAnLlcFileError):
        tiny.codec.salvage(b"JFIF" + data)


def test_without_tiles_nothing_is_left(tiny: "Tiny", data: bytes) -> None:
    with pytest.raises(CorruptError, match="nothing can be recovered: all its 12 tiles are lost"):
        tiny.codec.salvage(data[: data.index(b"TILE")])
    one = tiny.codec.encode(tiny.codec.decode(data))
    with pytest.raises(CorruptError, match="nothing can be recovered: its only tile is lost"):
        tiny.codec.salvage(one[:-30])
