import numpy as np
import pytest

from llcodec.data.sensor_noise import share_noise, unit_noise
from measurements.noise_level import correlations, flattest, measure_blocks, noise_by_brightness

EDGES = np.array([0, 50, 100, 200], np.float64)


def noisy(mean: float, deviation: float, side: int = 320, blur: float = 0.0) -> np.ndarray:
    noise = unit_noise(side, side, blur, np.random.default_rng(0)).transpose(1, 2, 0)
    return mean + deviation * noise


@pytest.mark.parametrize("deviation", [0.5, 3.0])
def test_the_deviation_of_white_noise_is_found(deviation: float) -> None:
    found = noise_by_brightness(measure_blocks(noisy(70, deviation)), EDGES)
    np.testing.assert_allclose(found[1], deviation, rtol=0.03)
    assert np.isnan(found[[0, 2]]).all()


def test_ramps_and_edges_do_not_pass_for_noise() -> None:
    picture = noisy(60, 1.0)
    picture += np.linspace(0, 30, 320)[:, None, None]
    for column in range(8, 320, 64):
        picture[:, column:] += 2.0 if column % 128 == 8 else -2.0
    found = noise_by_brightness(measure_blocks(picture), EDGES)
    np.testing.assert_allclose(found[1], 1.0, rtol=0.04)


def test_each_channel_is_binned_by_its_own_brightness() -> None:
    picture = noisy(0, 1.0) * [1.0, 2.0, 4.0] + [20.0, 70.0, 150.0]
    found = noise_by_brightness(measure_blocks(picture), EDGES)
    np.testing.assert_allclose(np.diag(found), [1.0, 2.0, 4.0], rtol=0.03)
    assert np.isnan(found[~np.eye(3, dtype=bool)]).all()


def test_blocks_tell_mean_and_structure_and_what_is_left_over_is_ignored() -> None:
    picture = np.zeros((20, 40, 3))
    picture[:, 20:] = 8.0
    blocks = measure_blocks(picture)
    assert blocks.mean.tolist() == [[0.0] * 3, [6.0] * 3]
    assert blocks.structure[0] == pytest.approx(0, abs=1e-9)
    assert blocks.structure[1] > 1
    np.testing.assert_array_equal(measure_blocks(picture[:16, :32]).mean, blocks.mean)


def test_the_flattest_quarter_is_taken_if_there_are_enough() -> None:
    structure = np.arange(100.0)[::-1]
    among = np.arange(100) < 40
    assert flattest(structure, among).tolist() == list(range(30, 40))
    assert flattest(structure, np.arange(100) < 23).size == 0


@pytest.mark.parametrize("blur", [0.0, 0.3])
@pytest.mark.parametrize("shared", [0.0, 0.4])
def test_correlations_are_found(blur: float, shared: float) -> None:
    noise = share_noise(unit_noise(320, 320, blur, np.random.default_rng(2)), shared)
    blocks = measure_blocks(70 + noise.transpose(1, 2, 0))
    neighbours, channels = correlations(blocks, darkest=6)
    assert neighbours == pytest.approx(2 * blur / (1 + 2 * blur**2), abs=0.06)
    assert channels == pytest.approx(shared, abs=0.03)


def test_where_nothing_can_be_measured_there_is_no_figure() -> None:
    dark = measure_blocks(noisy(4, 1.0))
    assert np.isnan(correlations(dark, darkest=6)).all()
    assert np.isfinite(correlations(dark, darkest=2)).all()
    red = measure_blocks(noisy(4, 1.0) + np.array([60.0, 0.0, 0.0]))
    assert np.isnan(correlations(red, darkest=6)).all()
    without = measure_blocks(np.full((160, 160, 3), 70, np.uint8))
    assert np.isnan(correlations(without, darkest=6)).all()
