"""SSIM: its settings and its ends."""

import numpy as np
import pytest

from llcodec.metrics import ssim


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (32, 40, 3)).astype(np.uint8)


def test_equal_pictures_score_one() -> None:
    assert ssim(noise(0), noise(0)) == pytest.approx(1.0, abs=1e-6)


def test_unrelated_noise_scores_near_zero() -> None:
    assert abs(ssim(noise(0), noise(1))) < 0.1


def test_flat_pictures_follow_the_luminance_term() -> None:
    a, b = np.full((16, 16, 3), 100, np.uint8), np.full((16, 16, 3), 150, np.uint8)
    x, y, c = 100 / 255, 150 / 255, 0.01**2
    assert ssim(a, b) == pytest.approx((2 * x * y + c) / (x * x + y * y + c), abs=1e-4)
