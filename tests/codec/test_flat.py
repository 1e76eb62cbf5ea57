"""Areas of one colour come back as they were."""

from dataclasses import replace

import numpy as np
import pytest

from llcodec import container
from llcodec.codec.codec import Codec
from llcodec.codec.flat import flat_areas, restore, restore_preview
from llcodec.codec.region import Region, whole_picture
from llcodec.container import FlatArea, Header
from llcodec.imaging import Picture

Pixels = np.ndarray


def noise(height: int, width: int, kind: type[np.uint8 | np.uint16] = np.uint8) -> Pixels:
    return np.random.default_rng(0).integers(2, 60, (height, width, 3), kind)


def header(height: int, width: int) -> Header:
    return Header(width, height, 1024, "fast", bytes(8))


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec("fast", device="cpu")


FLAT = [(0, 0, 0), (6, 6, 6), (255, 255, 255), (255, 0, 0), (17, 90, 200)]


@pytest.mark.parametrize("colour", FLAT)
def test_a_picture_of_one_colour_is_exact(codec: Codec, colour: tuple[int, int, int]) -> None:
    pixels = np.full((40, 56, 3), colour, np.uint8)
    data = codec.encode(Picture(pixels))
    for brightness, exposure in ((1.0, 0.0), (0.0, 0.0), (2.0, 1.0)):
        shown = codec.decode(data, brightness=brightness, exposure=exposure)
        assert np.array_equal(shown.pixels, pixels)
    assert np.array_equal(codec.decode(data, region=Region(5, 7, 20, 9)).pixels, pixels[:9, :20])
    for size in (2, 30):
        assert (codec.decode_small(data, size).pixels == colour).all()
    assert np.array_equal(codec.salvage(data).picture.pixels, pixels)
    assert sum(info.length for info in container.list_chunks(data) if info.type == "fLAT") < 40


def test_deep_and_grey_pictures_of_one_colour_are_exact(codec: Codec) -> None:
    deep = np.full((20, 20, 3), (700, 65535, 0), np.uint16)
    assert np.array_equal(codec.decode(codec.encode(Picture(deep))).pixels, deep)
    grey = Picture(np.full((20, 20, 3), 9, np.uint8), grey=True)
    assert np.array_equal(codec.decode(codec.encode(grey)).pixels, grey.pixels)


def test_borders_are_exact_and_the_rest_is_what_it_was(codec: Codec) -> None:
    pixels = noise(96, 80)
    pixels[:20], pixels[-17:], pixels[:, -9:] = (0, 0, 0), (3, 4, 5), (255, 255, 255)
    data = codec.encode(Picture(pixels))
    decoded = codec.decode(data).pixels
    for part in (np.s_[:20, :-9], np.s_[-17:, :-9], np.s_[20:-17, -9:]):
        assert np.array_equal(decoded[part], pixels[part])
    file = container.unpack(data)
    without = codec.decode(container.pack(replace(file, flat=()))).pixels
    assert np.array_equal(decoded[20:-17, :-9], without[20:-17, :-9])
    assert not np.array_equal(decoded, without)  # what a reader of version 1.0 shows


def test_a_round_picture_keeps_its_corners(codec: Codec) -> None:
    rows, columns = np.mgrid[:90, :100]
    outside = (rows - 44.5) ** 2 + (columns - 49.5) ** 2 > 45**2
    pixels = noise(90, 100)
    pixels[outside] = 0
    assert len(flat_areas(pixels)) == 4
    assert (codec.decode(codec.encode(Picture(pixels))).pixels[outside] == 0).all()


def test_a_lost_tile_stays_grey(codec: Codec) -> None:
    data = bytearray(codec.encode(Picture(np.zeros((128, 64, 3), np.uint8)), tile_size=64))
    place = [info.offset for info in container.list_chunks(bytes(data)) if info.type == "TILE"][1]
    data[place + 12] ^= 1
    saved = codec.salvage(bytes(data)).picture.pixels
    assert (saved[:64] == 0).all()
    assert (saved[64:] == 128).all()


def test_areas_that_say_the_same_are_left_out() -> None:
    bars = noise(64, 48)
    bars[:16] = bars[-16:] = 0
    found = flat_areas(bars)
    assert [area.corner for area in found] == [0, 2]
    assert all(area.lengths == (48,) * 16 for area in found)
    assert flat_areas(noise(64, 48)) == ()
    assert flat_areas(np.zeros((1, 1, 3), np.uint8)) == (FlatArea(0, (0, 0, 0), 1, (1,)),)


@pytest.mark.parametrize("corner", range(4))
def test_areas_lie_in_their_corners(corner: int) -> None:
    pixels = noise(50, 40)
    down, right = (1, 1, -1, -1)[corner], (1, -1, 1, -1)[corner]
    for row, length in enumerate((40, 30, 30, 7, 1)):
        pixels[::down, ::right][row, :length] = (0, 1, 0)
    [area] = [area for area in flat_areas(pixels) if area.corner == corner]
    assert area.lengths == (40, 30, 30, 7, 1)
    blank = np.full_like(pixels, 9)
    restore(blank, [area], header(50, 40), whole_picture(header(50, 40)))
    assert np.array_equal((blank == (0, 1, 0)).all(2), (pixels == (0, 1, 0)).all(2))
    part = Region(3, 1, 30, 48)
    piece = np.full((48, 30, 3), 9, np.uint8)
    restore(piece, [area], header(50, 40), part)
    assert np.array_equal(piece, blank[part.rows, part.columns])


@pytest.mark.parametrize("corner", range(4))
def test_a_preview_takes_what_covers_all_of_a_sample(corner: int) -> None:
    height, width = 40, 50  # 3×4 samples, the last ones smaller
    lengths = (50,) * 17 + (33,) * 16
    area = FlatArea(corner, (1, 2, 3), width, lengths)
    whole = np.full((height, width, 3), 9, np.uint8)
    restore(whole, [area], header(height, width), whole_picture(header(height, width)))
    small = np.full((3, 4, 3), 9, np.uint8)
    restore_preview(small, [area], header(height, width), 16)
    for row in range(3):
        for column in range(4):
            cell = whole[16 * row : 16 * row + 16, 16 * column : 16 * column + 16]
            assert (small[row, column] == 1).any() == (cell == (1, 2, 3)).all()
