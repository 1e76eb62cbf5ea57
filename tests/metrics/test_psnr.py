"""PSNR against values worked out by hand, and by scikit-image."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from llcodec.metrics import gt_mean_psnr, psnr


def flat(value: int) -> np.ndarray:
    return np.full((4, 5, 3), value, np.uint8)


def test_known_values() -> None:
    assert psnr(flat(10), flat(15)) == pytest.approx(10 * math.log10(255**2 / 25))
    assert psnr(flat(255), flat(0)) == pytest.approx(0.0)
    assert psnr(flat(7), flat(7)) == math.inf


def test_photographs_have_the_value_of_scikit_image(
    damaged: Sequence[tuple[np.ndarray, np.ndarray]],
) -> None:
    for picture, reference in damaged:
        expected = peak_signal_noise_ratio(reference, picture, data_range=255)  # type: ignore[no-untyped-call]
        assert 5 < expected < 40
        assert psnr(picture, reference) == pytest.approx(expected, abs=1e-4)


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        psnr(flat(1), flat(1)[:2])


def test_gt_mean_forgives_brightness_but_nothing_else() -> None:
    rng = np.random.default_rng(0)
    reference = rng.integers(40, 120, (16, 16, 3)).astype(np.uint8)
    darker = (reference * 0.5).round().astype(np.uint8)
    assert gt_mean_psnr(darker, reference) > psnr(darker, reference) + 20
    noisy = np.clip(reference + rng.normal(0, 10, reference.shape), 0, 255).astype(np.uint8)
    assert gt_mean_psnr(noisy, reference) == pytest.approx(psnr(noisy, reference), abs=0.5)
