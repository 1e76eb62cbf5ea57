"""SSIM and MS-SSIM: their settings, their ends, and the libraries that others measure with."""

from collections.abc import Sequence

import numpy as np
import pytest
import pytorch_msssim
import torch
from skimage.metrics import structural_similarity

from llcodec.metrics import ms_ssim, ssim


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


def test_ms_ssim_sees_noise_less_than_ssim_does() -> None:
    rng = np.random.default_rng(0)
    smooth = np.linspace(60, 180, 200)[None, :, None] * np.ones((180, 1, 3))
    noisy = (smooth + rng.normal(0, 12, smooth.shape)).clip(0, 255).astype(np.uint8)
    clean = smooth.astype(np.uint8)
    assert ms_ssim(clean, clean) == pytest.approx(1.0, abs=1e-6)
    assert ssim(noisy, clean) < ms_ssim(noisy, clean) < 0.99


def test_ms_ssim_needs_room_for_five_scales() -> None:
    with pytest.raises(ValueError, match="160 pixels"):
        ms_ssim(noise(0), noise(0))


def test_ssim_of_photographs_is_that_of_scikit_image(
    damaged: Sequence[tuple[np.ndarray, np.ndarray]],
) -> None:
    """With the settings of Wang's paper it averages over the same windows, none across an edge."""
    for picture, reference in damaged:
        expected = structural_similarity(  # type: ignore[no-untyped-call]
            reference,
            picture,
            data_range=255,
            channel_axis=2,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        assert 0.1 < expected < 0.99
        assert ssim(picture, reference) == pytest.approx(expected, abs=1e-4)


def test_both_are_those_of_pytorch_msssim_with_8_bits(
    damaged: Sequence[tuple[np.ndarray, np.ndarray]],
) -> None:
    for picture, reference in damaged:
        x, y = (torch.tensor(p).movedim(2, 0)[None].double() for p in (picture, reference))
        for ours, theirs in ((ssim, pytorch_msssim.ssim), (ms_ssim, pytorch_msssim.ms_ssim)):
            expected = theirs(x, y, data_range=255, win_size=11, win_sigma=1.5)
            assert ours(picture, reference) == pytest.approx(float(expected), abs=1e-4)
