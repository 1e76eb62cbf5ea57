from functools import partial

import numpy as np
import pytest

from measurements.noise_curves import EDGES, Measured, compare, measure, summary

FACTS = np.tile([10.0, 0.1, 0.0, 0.2], (12, 1))


def curves(level: float, pictures: int = 12) -> Measured:
    noise = np.full((pictures, len(EDGES) - 1, 3), np.nan)
    noise[:, 2] = level * np.linspace(0.5, 1.5, pictures)[:, None]
    return Measured(noise, FACTS[:pictures])


def noisy(seed: int, deviation: float) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(20, deviation, (160, 160, 3))
    return noise.round().clip(0, 255).astype(np.uint8)


def test_pictures_are_measured_one_by_one() -> None:
    measured = measure([partial(noisy, seed, 2.0) for seed in range(10)])
    assert measured.noise.shape == (10, len(EDGES) - 1, 3)
    (filled,) = np.flatnonzero(~np.isnan(measured.median()).any(1))
    assert EDGES[filled] <= 20 < EDGES[filled + 1]
    np.testing.assert_allclose(measured.median()[filled], (4 + 1 / 12) ** 0.5, rtol=0.05)
    figures = summary(measured)
    assert figures["mean_level"] == pytest.approx(20, abs=0.1)
    assert figures["zeros"] == 0
    assert figures["neighbour_correlation"] == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(("factor", "distance"), [(1.0, 0.0), (2.0, 1.0), (0.5, 1.0)])
def test_the_distance_is_in_octaves_either_way(factor: float, distance: float) -> None:
    result = compare(curves(1.5), curves(1.5 * factor))
    assert result["mean_abs_log2_ratio"] == pytest.approx(distance, abs=1e-4)
    row = result["bins"][2]
    assert row["levels"] == [3.0, 4.0]
    assert row["real"] == [1.5] * 3
    assert row["ratio"] == [factor] * 3
    assert row["real_10_90"][0][0] < 1.5 < row["real_10_90"][1][0]
    assert result["bins"][0]["ratio"] == [None] * 3


def test_too_few_pictures_are_not_compared() -> None:
    result = compare(curves(1.5), curves(1.5, pictures=9))
    assert result["mean_abs_log2_ratio"] is None
    assert result["bins"][2]["synthetic"] == [None] * 3
    assert result["bins"][2]["synthetic_10_90"] == [[None] * 3] * 2


def test_correlations_that_none_lets_measure_are_none() -> None:
    facts = FACTS.copy()
    facts[:, 2] = np.nan
    facts[1:, 3] = np.nan
    figures = summary(Measured(curves(1.0).noise, facts))
    assert figures == {
        "mean_level": 10.0,
        "zeros": 0.1,
        "neighbour_correlation": None,
        "channel_correlation": 0.2,
    }
