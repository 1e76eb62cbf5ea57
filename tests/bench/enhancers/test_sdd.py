import numpy as np
import pytest

from llcodec.bench.enhancers.sdd import Sdd

pytest.importorskip("skimage", reason="scikit-image is an extra")


def scene(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Two patches of paint, under light from a tenth to a half: both, and their product."""
    paint = np.full((32, 48, 3), (0.9, 0.7, 0.5))
    paint[:, 24:] = (0.9, 0.3, 0.2)
    light = np.linspace(0.1, 0.5, 32)[:, None, None]
    values = paint * light + np.random.default_rng(0).normal(0, noise, paint.shape)
    return light[..., 0], values.clip(0, 1)


def test_illumination_times_reflectance_is_the_picture() -> None:
    light, values = scene(0)
    found, reflectance = Sdd().decompose(values)
    np.testing.assert_allclose(reflectance * found[..., None], values, atol=0.03)
    assert np.corrcoef(found[:, 12], light[:, 0])[0, 1] > 0.95


def test_noise_goes_and_edges_of_paint_stay() -> None:
    _, values = scene(0.01)
    light, reflectance = Sdd().decompose(values)
    noisy = values / light[..., None]
    left, right = reflectance[:, 4:20, 1], reflectance[:, 28:44, 1]
    assert np.diff(left, axis=1).std() < 0.7 * np.diff(noisy[:, 4:20, 1], axis=1).std()
    assert left.mean() - right.mean() > 0.3


def test_the_result_has_its_illumination_raised() -> None:
    pixels = np.full((12, 16, 3), (40, 20, 10), np.uint8)
    expected = np.array([40, 20, 10]) / 40 * (40 / 255) ** (1 / 2.2) * 255
    assert np.abs(Sdd().enhance(pixels) - expected).max() <= 2


def test_fewer_steps_than_it_takes_are_kept_to() -> None:
    _, values = scene(0.05)
    once, _ = Sdd(most=1).decompose(values)
    more, _ = Sdd(most=5, change=0).decompose(values)
    assert np.abs(once - more).max() > 1e-3
