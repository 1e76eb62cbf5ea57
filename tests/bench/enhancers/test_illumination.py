"""LIME, LECARM and SDD, and the linear solver that they share."""

import numpy as np
import pytest

from llcodec.bench.enhancers.illumination import Lecarm, Lime, Sdd, refined, smoothed

pytest.importorskip("skimage", reason="scikit-image is an extra")

VALUES = np.linspace(0, 1, 256)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (5, 7)])
def test_the_gradient_of_the_energy_is_zero(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    fidelity, target = rng.uniform(0.2, 1, shape), rng.uniform(0, 1, shape)
    strengths = [rng.uniform(0, 2, (shape[0] - 1, shape[1]))]
    strengths.append(rng.uniform(0, 2, (shape[0], shape[1] - 1)))
    found = smoothed(fidelity, target, strengths, target)
    gradient = fidelity * found - target
    down = strengths[0] * np.diff(found, axis=0)
    right = strengths[1] * np.diff(found, axis=1)
    gradient[:-1] -= down
    gradient[1:] += down
    gradient[:, :-1] -= right
    gradient[:, 1:] += right
    assert np.abs(gradient).max() < 1e-3


def test_without_smoothing_it_is_the_target() -> None:
    target = np.arange(6.0).reshape(2, 3)
    zeros = [np.zeros((1, 3)), np.zeros((2, 2))]
    np.testing.assert_allclose(smoothed(np.full((2, 3), 2.0), target, zeros, target), target / 2)


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
def test_the_map_of_lime_minimises_its_energy(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    guess = rng.uniform(0, 1, shape)
    best = refined(guess, 0.01, 2.0)
    least = energy(best, guess, 0.01, 2.0)
    assert least < energy(guess, guess, 0.01, 2.0)
    for _ in range(20):
        near = best + rng.normal(0, 0.01, shape)
        assert energy(near, guess, 0.01, 2.0) > least


def test_the_map_of_lime_loses_noise_and_keeps_edges() -> None:
    rng = np.random.default_rng(0)
    guess = np.full((40, 40), 0.2)
    guess[:, 20:] = 0.8
    guess += rng.normal(0, 0.02, guess.shape)
    best = refined(guess, 0.15, 2.0)
    assert best[:, 2:15].std() < 0.3 * guess[:, 2:15].std()
    assert best[:, 25:].mean() - best[:, :15].mean() > 0.45


def response(light: np.ndarray, n: float = 0.90, sigma: float = 0.60) -> np.ndarray:
    """The paper's sigmoid camera response."""
    return np.asarray((1 + sigma) * light**n / (light**n + sigma))


@pytest.mark.parametrize("ratio", [1.0, 1.7, 7.0])
def test_exposure_of_lecarm_is_light_through_the_camera_response(ratio: float) -> None:
    light = np.linspace(0, 1, 50)
    exposed = Lecarm().exposed(response(light), np.array(ratio))
    np.testing.assert_allclose(exposed, response(ratio * light), atol=1e-12)


def test_exposures_of_lecarm_multiply() -> None:
    twice = Lecarm().exposed(Lecarm().exposed(VALUES / 4, np.array(2.0)), np.array(3.0))
    np.testing.assert_allclose(twice, Lecarm().exposed(VALUES / 4, np.array(6.0)), atol=1e-12)


def test_lecarm_exposes_flat_light_by_its_inverse_and_by_7_at_most() -> None:
    for level, ratio in ((102, 255 / 102), (20, 7.0)):
        pixels = np.full((20, 30, 3), (level, level // 2, 0), np.uint8)
        expected = Lecarm().exposed(pixels[0, 0] / 255, np.array(ratio)) * 255
        assert np.abs(Lecarm().enhance(pixels)[10, 15] - expected).max() <= 1


def scene(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Two patches of paint, under light from a tenth to a half: both, and their product."""
    paint = np.full((32, 48, 3), (0.9, 0.7, 0.5))
    paint[:, 24:] = (0.9, 0.3, 0.2)
    light = np.linspace(0.1, 0.5, 32)[:, None, None]
    values = paint * light + np.random.default_rng(0).normal(0, noise, paint.shape)
    return light[..., 0], values.clip(0, 1)


def test_sdd_decomposes_into_illumination_times_reflectance() -> None:
    light, values = scene(0)
    found, reflectance = Sdd().decompose(values)
    np.testing.assert_allclose(reflectance * found[..., None], values, atol=0.03)
    assert np.corrcoef(found[:, 12], light[:, 0])[0, 1] > 0.95


def test_sdd_removes_noise_and_keeps_edges_of_paint() -> None:
    _, values = scene(0.01)
    light, reflectance = Sdd().decompose(values)
    noisy = values / light[..., None]
    left, right = reflectance[:, 4:20, 1], reflectance[:, 28:44, 1]
    assert np.diff(left, axis=1).std() < 0.7 * np.diff(noisy[:, 4:20, 1], axis=1).std()
    assert left.mean() - right.mean() > 0.3


def test_sdd_raises_its_illumination() -> None:
    pixels = np.full((12, 16, 3), (40, 20, 10), np.uint8)
    expected = np.array([40, 20, 10]) / 40 * (40 / 255) ** (1 / 2.2) * 255
    assert np.abs(Sdd().enhance(pixels) - expected).max() <= 2


def test_sdd_stops_after_the_steps_that_are_allowed() -> None:
    _, values = scene(0.05)
    once, _ = Sdd(most=1).decompose(values)
    more, _ = Sdd(most=5, change=0).decompose(values)
    assert np.abs(once - more).max() > 1e-3
