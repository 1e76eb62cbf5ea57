"""Classical enhancers: what their formulas promise."""

import numpy as np
import pytest

from llcodec.bench.enhancers.classical import Clahe, Gamma, Identity, Lime, Retinex, refined
from llcodec.bench.enhancers.lecarm import Lecarm
from llcodec.bench.enhancers.sdd import Sdd
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


def test_lime_divides_by_the_illumination_of_flat_light() -> None:
    pixels = np.full((20, 30, 3), (40, 20, 10), np.uint8)
    expected = np.array([40, 20, 10]) / 255 / (40 / 255) ** 0.8 * 255
    assert np.abs(Lime().enhance(pixels)[10, 15] - expected).max() <= 1


def energy(t: np.ndarray, guess: np.ndarray, alpha: float, sigma: float) -> float:
    """What T minimises, written out with loops."""
    from scipy.ndimage import gaussian_filter

    total = float(((t - guess) ** 2).sum())
    for axis in (0, 1):
        gradient = np.diff(guess, axis=axis)
        weight = 1 / (np.abs(gaussian_filter(gradient, sigma, mode="nearest")) + 1e-3)
        for place in np.ndindex(gradient.shape):
            beside = tuple(p + (a == axis) for a, p in enumerate(place))
            change = t[beside] - t[place]
            total += alpha * weight[place] * change**2 / (abs(gradient[place]) + 1e-3)
    return total


@pytest.mark.parametrize("shape", [(1, 12), (12, 1), (7, 9)])
def test_the_map_minimises_the_energy(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    guess = rng.uniform(0, 1, shape)
    best = refined(guess, 0.01, 2.0)
    least = energy(best, guess, 0.01, 2.0)
    assert least < energy(guess, guess, 0.01, 2.0)
    for _ in range(20):
        near = best + rng.normal(0, 0.01, shape)
        assert energy(near, guess, 0.01, 2.0) > least


def test_noise_goes_and_edges_stay() -> None:
    rng = np.random.default_rng(0)
    guess = np.full((40, 40), 0.2)
    guess[:, 20:] = 0.8
    guess += rng.normal(0, 0.02, guess.shape)
    best = refined(guess, 0.15, 2.0)
    assert best[:, 2:15].std() < 0.3 * guess[:, 2:15].std()
    assert best[:, 25:].mean() - best[:, :15].mean() > 0.45
