import numpy as np
import pytest

from llcodec.bench.enhancers.illumination import refined

pytest.importorskip("scipy", reason="scipy is an extra")


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
