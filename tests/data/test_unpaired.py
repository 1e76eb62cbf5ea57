from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.data.unpaired import (
    Unpaired,
    UnpairedSampler,
    enlarged,
    gather_unpaired,
    read_bright,
    read_dark,
)
from llcodec.errors import InputError


def ramp(height: int, width: int, level: int) -> np.ndarray:
    """A picture whose red tells the row, green the column, and blue is ``level``."""
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    return np.stack((rows, columns, np.full_like(rows, level)), -1)


@pytest.fixture
def pictures() -> Unpaired:
    dark = [ramp(60, 100, level) for level in (1, 2, 3)]
    bright = [ramp(80, 50, level) for level in (201, 202)]
    return gather_unpaired(dark, bright)


@pytest.fixture
def pair_folder(tmp_path: Path) -> Path:
    """Two dark exposures of one scene and one of another; a fourth pair is for validation."""
    rows = ["split,low,high"]
    for number, (split, high) in enumerate((("train", 7), ("train", 7), ("train", 8), ("val", 9))):
        Image.fromarray(ramp(8, 8, number)).save(tmp_path / f"low{number}.png")
        Image.fromarray(ramp(8, 8, 200 + high)).save(tmp_path / f"high{high}.png")
        rows.append(f"{split},low{number}.png,high{high}.png")
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def levels(pictures: list[np.ndarray]) -> list[int]:
    return [int(picture[0, 0, 2]) for picture in pictures]


def test_pairs_give_one_half_of_their_training_split(pair_folder: Path) -> None:
    assert levels(read_dark([pair_folder])) == [0, 1, 2]
    assert levels(read_bright([pair_folder])) == [207, 208]  # a shared one counts once


def test_other_folders_give_all_their_pictures(tmp_path: Path) -> None:
    for name, level in (("a", 4), ("b", 5)):
        Image.fromarray(ramp(8, 8, level)).save(tmp_path / f"{name}.png")
    assert levels(read_dark([tmp_path])) == [4, 5]
    assert levels(read_bright([tmp_path, tmp_path])) == [4, 5, 4, 5]


def test_folders_that_give_nothing_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_dark([tmp_path / "none"])
    with pytest.raises(InputError):
        read_bright([tmp_path])
    with pytest.raises(InputError, match="no folder"):
        read_dark([])


def test_crops_know_where_they_lie(pictures: Unpaired) -> None:
    sampler = UnpairedSampler(pictures, np.random.default_rng(0))
    mirrored = set()
    for _ in range(50):
        crop = sampler.dark(32)
        levels = np.round(crop.pixels * 255).astype(int)
        assert (crop.height, crop.width) == (60, 100)
        assert levels.shape == (32, 32, 3)
        assert levels[0, 0, 0] == crop.top
        step = levels[0, 1, 1] - levels[0, 0, 1]
        first = levels[0, 0, 1]
        assert crop.left == (first if step == 1 else 99 - first)
        mirrored.add(step)
        # The thumbnail is that of the picture as it was cropped, mirrored or not.
        assert np.sign(crop.small[0, -1, 1] - crop.small[0, 0, 1]) == step
        assert crop.small.shape == (100, 150, 3)
    assert mirrored == {1, -1}


def test_all_pictures_are_drawn_and_kept_apart(pictures: Unpaired) -> None:
    sampler = UnpairedSampler(pictures, np.random.default_rng(0))
    dark = {round(float(sampler.dark(32).pixels[0, 0, 2]) * 255) for _ in range(60)}
    bright = {round(float(sampler.bright(32).pixels[0, 0, 2]) * 255) for _ in range(60)}
    assert (dark, bright) == ({1, 2, 3}, {201, 202})


def test_small_pictures_are_continued(pictures: Unpaired) -> None:
    crop = UnpairedSampler(pictures, np.random.default_rng(0)).bright(72)
    assert crop.pixels.shape == (72, 72, 3)
    assert (crop.height, crop.width, crop.left) == (80, 50, 0)
    np.testing.assert_array_equal(crop.pixels[:, 50:], crop.pixels[:, 49:27:-1])


def test_equal_seeds_draw_equal_crops(pictures: Unpaired) -> None:
    one, other = (UnpairedSampler(pictures, np.random.default_rng(3)) for _ in range(2))
    for _ in range(5):
        np.testing.assert_array_equal(one.dark(32).pixels, other.dark(32).pixels)
        np.testing.assert_array_equal(one.bright(32).pixels, other.bright(32).pixels)


def test_enlarged_pictures_show_the_same_with_more_pixels() -> None:
    columns = np.linspace(0, 250, 40).astype(np.uint8)
    ramp = np.broadcast_to(columns[None, :, None], (30, 40, 3)).copy()
    (larger,) = enlarged([ramp], 1.6)
    assert larger.shape == (48, 64, 3)
    assert larger.dtype == np.uint8
    assert larger.mean() == pytest.approx(ramp.mean(), abs=1)
    assert np.abs(np.diff(larger[24, 8:-8, 0].astype(int))).max() < np.diff(columns).max()


def test_a_part_of_a_photograph_is_a_complete_picture_of_its_own(pictures: Unpaired) -> None:
    """The crop lies in the part, and the thumbnail is that of the part."""
    sampler = UnpairedSampler(pictures, np.random.default_rng(0), parts=1.0)
    sizes = set()
    for _ in range(50):
        crop = sampler.bright(32)
        assert 32 <= crop.height <= 80
        assert 32 <= crop.width <= 50
        assert crop.top + 32 <= crop.height
        assert crop.left + 32 <= crop.width
        sizes.add((crop.height, crop.width))
        levels = np.round(crop.pixels * 255).astype(int)
        above = int(levels[0, 0, 0]) - crop.top  # rows of the photograph above the part
        assert 0 <= above <= 80 - crop.height
        red = crop.small[..., 0] * 255
        assert red.mean() == pytest.approx(above + (crop.height - 1) / 2, abs=0.5)
    assert len(sizes) > 40
    crop = sampler.dark(32)
    assert (crop.height, crop.width) == (60, 100)
