import numpy as np
import pytest

from llcodec.bench.enhancers.smoothing import smoothed, to_pixels, to_values

pytest.importorskip("scipy", reason="scipy is an extra")


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


def test_numbers_and_pixels() -> None:
    pixels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_pixels(to_values(pixels)), pixels)
    np.testing.assert_array_equal(to_pixels(np.array([-1.0, 2.0])), [0, 255])
