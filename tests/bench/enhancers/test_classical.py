"""Enhancers without learning: what holds for all of them, and the formulas of the simple ones."""

import numpy as np
import pytest

from llcodec.bench.enhancers.classical import Clahe, Gamma, Identity, Retinex, to_pixels, to_values
from llcodec.bench.enhancers.illumination import Lecarm, Lime, Sdd
from llcodec.bench.interfaces import BenchEnhancer

pytest.importorskip("skimage", reason="scikit-image is an extra")
ALL = (Identity(), Gamma(), Clahe(), Retinex(), Lime(), Lecarm(), Sdd())
NAMES = [enhancer.name for enhancer in ALL]


def dark_picture(height: int = 40, width: int = 60) -> np.ndarray:
    rng = np.random.default_rng(0)
    slope = np.linspace(2, 50, width)[None, :, None] * np.array([1.0, 0.8, 0.6])
    noisy = slope + rng.normal(0, 2, (height, width, 3))
    return np.asarray(noisy.clip(0, 255).round(), np.uint8)


@pytest.mark.parametrize("enhancer", ALL, ids=NAMES)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (17, 23)])
def test_pictures_of_all_sizes_keep_them(enhancer: BenchEnhancer, size: tuple[int, int]) -> None:
    pixels = dark_picture()[: size[0], : size[1]]
    made = enhancer.enhance(pixels)
    assert made.shape == pixels.shape
    assert made.dtype == np.uint8


@pytest.mark.parametrize("enhancer", ALL[1:], ids=NAMES[1:])
def test_dark_pictures_become_brighter(enhancer: BenchEnhancer) -> None:
    pixels = dark_picture()
    assert enhancer.enhance(pixels).mean() > 1.3 * pixels.mean()


# CLAHE stretches what there is of values to all there are; of black, to white.
@pytest.mark.parametrize("enhancer", [e for e in ALL if e.name != "clahe"])
def test_black_stays_black(enhancer: BenchEnhancer) -> None:
    assert enhancer.enhance(np.zeros((20, 20, 3), np.uint8)).max() == 0


@pytest.mark.parametrize("enhancer", ALL, ids=NAMES)
def test_settings_are_those_of_a_record(enhancer: BenchEnhancer) -> None:
    settings = enhancer.settings()
    assert all(isinstance(v, str | int | float | bool) for v in settings.parameters.values())
    assert (settings.versions == {}) == (enhancer.name == "none")


def test_gamma_is_its_power() -> None:
    pixels = np.arange(256, dtype=np.uint8)[:, None, None].repeat(3, 2)
    expected = np.round((np.arange(256) / 255) ** (1 / 2.2) * 255)
    np.testing.assert_array_equal(Gamma().enhance(pixels)[:, 0, 1], expected)


def test_retinex_takes_even_light_away() -> None:
    """A texture under light that falls off to a tenth: afterwards both sides are alike."""
    rng = np.random.default_rng(1)
    texture = rng.uniform(0.3, 1, (60, 200, 1))
    light = np.geomspace(200, 20, 200)[None, :, None]
    pixels = (texture * light).repeat(3, 2).round().astype(np.uint8)
    made = Retinex(sigmas=(5.0, 10.0)).enhance(pixels).astype(float)
    left, right = made[:, 20:80].mean(), made[:, 120:180].mean()
    assert 0.8 < right / left < 1.25
    before = pixels[:, 120:180].mean() / pixels[:, 20:80].mean()
    assert before < 0.4


def test_numbers_and_pixels() -> None:
    pixels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_pixels(to_values(pixels)), pixels)
    np.testing.assert_array_equal(to_pixels(np.array([-1.0, 2.0])), [0, 255])
