import numpy as np
import pytest
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec.codec.borders import (
    Content,
    border_within,
    constant_borders,
    content_thumbnail,
    find_content,
    tone_of_picture,
)
from llcodec.codec.samples import thumbnail_of_samples


def noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(0).integers(5, 60, (height, width, 3), np.uint8)


def round_picture(side: int) -> tuple[Pixels, NDArray[np.bool_]]:
    """A fisheye picture on black, and where it is black."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    outside = np.hypot(y, x) > side / 2
    pixels = noise(side, side)
    pixels[outside] = 0
    return pixels, outside


@pytest.mark.parametrize("colour", [0, 255, 30])
def test_bars_are_found(colour: int) -> None:
    pixels = noise(60, 80)
    pixels[:11], pixels[50:], pixels[:, :7] = colour, colour, colour
    content = find_content(pixels)
    assert (content.rows, content.columns) == (slice(11, 50), slice(7, 80))
    thumbnail = content_thumbnail(pixels, content)
    assert thumbnail is not None
    np.testing.assert_allclose(thumbnail, thumbnail_of_samples(pixels[11:50, 7:]), rtol=1e-6)


def test_round_corners_are_found_and_left_out_of_the_mean() -> None:
    pixels, outside = round_picture(120)
    content = find_content(pixels)
    assert content.border is not None
    assert np.array_equal(content.border, outside)
    thumbnail = content_thumbnail(pixels, content)
    assert thumbnail is not None
    assert float(thumbnail.mean()) * 255 == pytest.approx(pixels[~outside].mean(), abs=0.5)


def test_pictures_without_a_border() -> None:
    dark = np.random.default_rng(1).integers(0, 2, (90, 70, 3), np.uint8)  # black pixels anywhere
    for pixels in (noise(60, 80), noise(1, 2), noise(3, 2), dark):
        content = find_content(pixels)
        assert content.border is None
        assert pixels[content.rows, content.columns].shape == pixels.shape
        assert border_within(content, slice(0, 16), slice(0, 16)) is None


@pytest.mark.parametrize("white", [255, 65535])
@pytest.mark.parametrize("colour", [(0, 0, 0), (6, 6, 6), (255, 0, 0)])
def test_one_colour_holds_nothing(colour: tuple[int, int, int], white: int) -> None:
    pixels = np.full((20, 30, 3), colour, np.uint8 if white == 255 else np.uint16)
    assert content_thumbnail(pixels, find_content(pixels)) is None


def test_a_pattern_below_half_a_level_holds_nothing() -> None:
    pixels = np.full((200, 300, 3), 6, np.uint8)
    pixels[::2, ::2] += 1
    assert content_thumbnail(pixels, find_content(pixels)) is None
    pixels[:100, ::2] += 2
    assert content_thumbnail(pixels, find_content(pixels)) is not None


def test_border_within_windows_reaches_as_far_as_their_padding() -> None:
    pixels = noise(40, 40)
    pixels[30:] = 0
    border = border_within(find_content(pixels), slice(16, 48), slice(32, 48))
    assert border is not None
    assert border.shape == (32, 16)
    assert border[14:].all()
    assert not border[:14].any()


WHOLE_TONE = (*range(15), 3, 4, 5, 9000)


def grid_for(grid: NDArray[np.int_], rows: slice, columns: slice) -> NDArray[np.int_]:
    """The exposures of a picture of 80×120 whose content is a rectangle."""
    content = Content(np.ones((80, 120), bool), rows, columns)
    tone = tone_of_picture((*WHOLE_TONE, *grid.ravel().tolist()), content, 80, 120)
    assert tone[:19] == WHOLE_TONE
    return np.array(tone[19:]).reshape(4, 6)


def test_exposures_of_the_content_become_those_of_the_picture() -> None:
    grid = np.random.default_rng(3).integers(-127, 128, (4, 6))
    assert np.array_equal(grid_for(grid, slice(0, 80), slice(0, 120)), grid)
    # The content takes the lower right quarter, where its cells are half as large.
    found = grid_for(grid, slice(40, 80), slice(60, 120))
    corners = [grid[r : r + 2, c : c + 2].mean() for r in (0, 2) for c in (0, 2, 4)]
    np.testing.assert_allclose(found[2:, 3:].ravel(), corners, atol=0.5)
    np.testing.assert_allclose(found[:2, 3:], [grid[0].reshape(3, 2).mean(1)] * 2, atol=1)
    assert set(found[:2, :3].ravel()) == {grid[0, 0]}


def test_without_a_border_or_with_a_global_curve_numbers_stay() -> None:
    none = Content(None, slice(0, 80), slice(0, 120))
    local = (*WHOLE_TONE, *range(24))
    assert tone_of_picture(local, none, 80, 120) == local
    barred = Content(np.ones((80, 120), bool), slice(9, 30), slice(0, 120))
    assert tone_of_picture(local[:15], barred, 80, 120) == local[:15]
    assert tone_of_picture(local, barred, 80, 120) != local


def test_a_dark_corner_of_the_scene_is_no_border() -> None:
    """Smooth shadows are constant in part, and rise slowly beyond."""
    y, x = np.mgrid[:200, :300]
    pixels = np.repeat(((y + x) // 12)[..., None], 3, 2).astype(np.uint8)  # 0, 1, 2 … from a corner
    pixels[:60, :90] = 0
    pixels[:60, 90:130] = np.minimum(pixels[:60, 90:130], 2)
    pixels[60:90, :130] = np.minimum(pixels[60:90, :130], 2)
    assert constant_borders(pixels) == {}
    assert find_content(pixels).border is None


def test_bars_of_one_colour_stand_together() -> None:
    """What the scene shows at one of them may be as dark as they are."""
    pixels = noise(100, 80)
    pixels[60:] = 1
    pixels[:15] = pixels[-15:] = 0
    content = find_content(pixels)
    assert (content.rows, content.columns) == (slice(15, 85), slice(0, 80))


def test_a_background_is_no_border_but_bars_are() -> None:
    """A frame around much of the same colour, with one corner cut off."""
    colour = np.array((13, 17, 23), np.uint8)
    pixels = np.full((200, 300, 3), colour)
    pixels[30:170, 40:260] = noise(140, 220)
    pixels[43:157, 53:247] = colour
    cut = np.add.outer(np.arange(20), np.arange(20)[::-1]) < 20
    pixels[30:50, 240:260][cut] = colour
    content = find_content(pixels)
    assert (content.rows, content.columns) == (slice(30, 170), slice(40, 260))
    assert content.border is not None
    assert content.border.sum() == 200 * 300 - 140 * 220  # not the corner
