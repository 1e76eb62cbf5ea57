"""Undoing the tone curve in NumPy, held to the networks' own functions."""

import numpy as np
import pytest
import torch

from llcodec.codec.brightness import Brightness
from llcodec.errors import CorruptError
from llcodec.nets.tone import adjust_brightness, adjust_exposure, apply_tone, brightening
from llcodec.nets.tone_numbers import from_numbers

TONE = (3000, 2500, 2800, -900, -700, -1200, 4400, -200, -100, 60, 4100, -70, 10, -300, 4500)
IDENTITY = (0,) * 6 + (4096, 0, 0, 0, 4096, 0, 0, 0, 4096)


def enhanced(seed: int = 0) -> np.ndarray:
    """A picture as a decoder has it, with overshoots to both sides."""
    return np.random.default_rng(seed).uniform(-0.05, 1.1, (40, 30, 3)).astype(np.float32)


def planes(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


@pytest.mark.parametrize("brightness", [0.0, 0.01, 0.4, 0.99, 1.0])
@pytest.mark.parametrize("tone", [TONE, IDENTITY])
def test_it_is_the_brightness_of_the_networks(brightness: float, tone: tuple[int, ...]) -> None:
    picture = enhanced()
    wanted = adjust_brightness(planes(picture), from_numbers(tone), brightness)
    found = Brightness(tone, brightness).adjust(picture)
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found, wanted[0].permute(1, 2, 0).numpy(), atol=2e-6 * 65535 / 255, rtol=2e-4
    )


@pytest.mark.parametrize("tone", [TONE, IDENTITY, None])
@pytest.mark.parametrize(("brightness", "stops"), [(1.0, 0.0), (0.4, 0.5), (2.0, 0.0), (1.0, -1)])
def test_the_black_point_comes_last(
    tone: tuple[int, ...] | None, brightness: float, stops: float
) -> None:
    picture = enhanced()
    plain = Brightness(tone, brightness, stops).adjust(picture)
    black = Brightness(tone, brightness, stops, 51).adjust(picture)
    assert black.dtype == np.float32
    np.testing.assert_allclose(black, np.maximum(plain - 0.2, 0) / 0.8, atol=1e-5)


def test_the_shot_comes_back() -> None:
    shot = np.random.default_rng(1).uniform(0.01, 0.15, (20, 20, 3)).astype(np.float32)
    bright = apply_tone(planes(shot), from_numbers(TONE))[0].permute(1, 2, 0).numpy()
    assert bright.mean() > 2 * shot.mean()
    np.testing.assert_allclose(Brightness(TONE, 0).adjust(bright), shot, atol=2e-5, rtol=2e-3)


@pytest.mark.parametrize("brightness", [0.0, 0.5])
def test_absurd_curves_raise_nothing(brightness: float) -> None:
    absurd = (-32768, 32767, 0, -32768, 32767, 32767, *IDENTITY[6:])
    with np.errstate(all="raise"):
        assert Brightness(absurd, brightness).adjust(enhanced()).shape == (40, 30, 3)


def test_curves_without_an_inverse_are_corrupt() -> None:
    with pytest.raises(CorruptError, match="tone curve"):
        Brightness((*TONE[:6], *([4096] * 9)), 0.5)


@pytest.mark.parametrize("stops", [-3.0, -0.5, 0.5, 3.0])
@pytest.mark.parametrize("tone", [TONE, IDENTITY])
def test_exposure_is_that_of_the_networks(stops: float, tone: tuple[int, ...]) -> None:
    picture, curve = enhanced(), from_numbers(tone)
    wanted = adjust_exposure(planes(picture), curve, stops)[0].permute(1, 2, 0).numpy()
    found = Brightness(tone, 1, stops).adjust(picture)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=2e-5, rtol=2e-4)
    if tone == IDENTITY:
        np.testing.assert_array_equal(Brightness(None, 1, stops).adjust(picture), found)


def test_above_one_the_curve_adds_its_stops_again() -> None:
    stops = brightening(from_numbers(TONE))
    assert stops > 1
    found = Brightness(TONE, 1.5).adjust(enhanced())
    expected = Brightness(TONE, 1, stops / 2).adjust(enhanced())
    np.testing.assert_allclose(found, expected, atol=1e-4, rtol=1e-3)
