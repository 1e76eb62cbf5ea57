import numpy as np
import pytest
import torch
from torch.nn import functional as F

from llcodec._arrays import Samples, to_floats, white_level
from llcodec.codec.samples import crop, thumbnail_of_samples, to_samples
from llcodec.engine.tensors import to_tensor
from llcodec.nets.constants import THUMBNAIL_SIZE


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_level_comes_back(kind: type[np.uint8 | np.uint16]) -> None:
    levels: Samples = np.arange(np.iinfo(kind).max + 1, dtype=kind)
    samples: Samples = np.stack((levels, levels[::-1], np.roll(levels, 7)), 1).reshape(-1, 16, 3)
    x = to_tensor(samples)
    assert x.dtype == torch.float32
    assert x.shape == (1, 3, len(levels) // 16, 16)
    assert x.min() == 0
    assert x.max() == 1
    back = to_samples(to_floats(samples), sixteen_bit=kind is np.uint16, grey=False)
    assert back.dtype == kind
    np.testing.assert_array_equal(back, samples)


def test_peaks() -> None:
    assert white_level(np.zeros((1, 1, 3), np.uint8)) == 255
    assert white_level(np.zeros((1, 1, 3), np.uint16)) == 65535


@pytest.mark.parametrize(("sixteen_bit", "white"), [(False, 255), (True, 65535)])
def test_values_outside_are_clamped_and_others_rounded(sixteen_bit: bool, white: int) -> None:
    x = np.array([[[-3.0, 1.7, 0.6 / white], [np.nan, np.inf, -np.inf]]], np.float32)
    out = to_samples(x, sixteen_bit=sixteen_bit, grey=False)
    assert out.ravel().tolist() == [0, white, 1, 0, white, 0]


def test_grey_is_luma_in_all_three_channels() -> None:
    x = np.random.default_rng(0).random((4, 5, 3), np.float32)
    out = to_samples(x, sixteen_bit=False, grey=True)
    assert (out == out[..., :1]).all()
    expected = np.rint((x * np.array([0.299, 0.587, 0.114])).sum(2) * 255)
    np.testing.assert_array_equal(out[..., 0], expected)


def test_grey_levels_stay_what_they_are() -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, 2)
    back = to_samples(to_floats(levels), sixteen_bit=False, grey=True)
    np.testing.assert_array_equal(back, levels)


def test_cuts_replicate_what_lies_outside() -> None:
    samples = np.random.default_rng(0).integers(0, 256, (20, 23, 3), np.uint8)
    wide = np.pad(samples, ((0, 12), (0, 9), (0, 0)), mode="edge")
    for top, left, height, width in (
        (0, 0, 32, 32),
        (16, 16, 16, 16),
        (3, 4, 5, 6),
        (0, 7, 20, 16),
    ):
        piece = crop(samples, top, left, height, width)
        expected = to_floats(wide[top : top + height, left : left + width])
        assert np.array_equal(piece, expected)


def test_a_single_pixel_fills_a_block() -> None:
    pixel = np.array([[[10, 20, 30]]], np.uint8)
    expected = np.broadcast_to(to_floats(pixel), (16, 16, 3))
    assert np.array_equal(crop(pixel, 0, 0, 16, 16), expected)


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (2, 3), (99, 151), (100, 150), (57, 33), (313, 467), (101, 1)]
)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_thumbnail_is_area_interpolation(
    height: int, width: int, kind: type[np.uint8 | np.uint16]
) -> None:
    rng = np.random.default_rng(1)
    samples = rng.integers(0, np.iinfo(kind).max, (height, width, 3), kind, endpoint=True)
    expected = F.interpolate(to_tensor(samples), THUMBNAIL_SIZE, mode="area")
    wanted = expected[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(thumbnail_of_samples(samples), wanted, atol=1e-6, rtol=1e-5)


def test_the_thumbnail_of_a_wide_strip_takes_little_memory() -> None:
    strip = np.zeros((1, 400_000, 3), np.uint8)
    strip[:, 200_000:] = 255
    small = thumbnail_of_samples(strip)
    assert small.shape == (100, 150, 3)
    assert (small[:, :75] == 0).all()
    assert (small[:, 75:] == 1).all()
