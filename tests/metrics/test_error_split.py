"""The split of an error, against cases worked out by hand and by search."""

import math

import numpy as np
import pytest

from llcodec.metrics import best_gain_psnr, local_psnr, psnr


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(40, 120, (24, 20, 3)).astype(np.uint8)


def test_gain_and_offset_of_each_channel_are_no_local_error(picture: np.ndarray) -> None:
    toned = picture * np.array([2, 1, 1]) + np.array([3, 40, 0])
    reference = toned.astype(np.uint8)
    assert psnr(picture, reference) < 20
    assert local_psnr(picture, reference) == math.inf


def test_noise_is_a_local_error_whatever_the_tone(picture: np.ndarray) -> None:
    noise = np.random.default_rng(1).integers(-10, 11, picture.shape)
    reference = np.clip(picture * 1.5 + noise, 0, 255).astype(np.uint8)
    expected = 10 * math.log10(255**2 / np.square(noise).mean())
    assert local_psnr(picture, reference) == pytest.approx(expected, abs=0.15)


def test_the_local_psnr_is_never_below_the_plain_one(picture: np.ndarray) -> None:
    other = np.random.default_rng(2).integers(0, 256, picture.shape).astype(np.uint8)
    assert local_psnr(picture, other) >= psnr(picture, other)
    flat = np.full_like(picture, 9)
    assert local_psnr(flat, picture) >= psnr(flat, picture)
    assert local_psnr(flat, flat) == math.inf


def test_the_best_gain_is_found(picture: np.ndarray) -> None:
    reference = np.clip(np.round(picture * 1.7), 0, 255).astype(np.uint8)
    assert best_gain_psnr(picture, reference) > 55
    assert best_gain_psnr(picture, picture) == math.inf


def test_no_gain_of_a_dense_search_is_better(picture: np.ndarray) -> None:
    reference = np.random.default_rng(3).integers(0, 256, picture.shape).astype(np.uint8)
    dense = max(
        psnr(np.clip(np.round(picture * g), 0, 255).astype(np.uint8), reference)
        for g in np.linspace(0.3, 4, 400)
    )
    assert best_gain_psnr(picture, reference) == pytest.approx(dense, abs=0.01)
