"""JPEG and a smaller size."""

import numpy as np
import pytest

from llcodec.data.degrading import jpeg_coded, random_shrinking, shrunk


def test_jpeg_errs_a_little_and_differently_each_time() -> None:
    rng = np.random.default_rng(0)
    smooth = np.linspace(0, 1, 64, dtype=np.float32)[:, None, None] * np.ones(
        (1, 48, 3), np.float32
    )
    picture = (smooth * 0.3 + rng.normal(0, 0.02, smooth.shape)).clip(0, 1).astype(np.float32)
    coded = [jpeg_coded(picture, rng) for _ in range(8)]
    errors = [float(np.abs(one - picture).mean()) for one in coded]
    assert 0.0005 < min(errors) < max(errors) < 0.05
    assert len(set(errors)) > 4
    for one in coded:
        assert one.dtype == np.float32
        assert one.shape == picture.shape
        assert np.array_equal(np.round(one * 255), (one * np.float32(255)).round())


def test_shrinking_takes_up_to_twice_the_size_and_no_more_than_there_is() -> None:
    rng = np.random.default_rng(1)
    sides = [random_shrinking(32, 500, rng) for _ in range(300)]
    assert min(sides) == 32
    assert 60 <= max(sides) <= 64
    assert max(random_shrinking(32, 40, rng) for _ in range(100)) == 40
    assert random_shrinking(32, 20, rng) == 32


@pytest.mark.parametrize("side", [16, 23, 32])
def test_shrunk_pixels_keep_their_mean(side: int) -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (side, side, 3)).astype(np.uint8)
    small = shrunk(pixels, 16)
    assert small.shape == (16, 16, 3)
    assert abs(float(small.mean()) - float(pixels.mean())) < 4
    if side == 16:
        assert small is pixels
