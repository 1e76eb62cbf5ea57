import numpy as np
import pytest

from llcodec.data.sensor_noise import share_noise, unit_noise


@pytest.mark.parametrize("blur", [0.0, 0.25, 0.5])
def test_neighbours_correlate_as_the_blur_says_and_the_variance_stays(blur: float) -> None:
    noise = unit_noise(400, 500, blur, np.random.default_rng(0)).astype(np.float64)
    assert noise.shape == (3, 400, 500)
    assert noise.var() == pytest.approx(1, rel=0.02)
    wanted = 2 * blur / (1 + 2 * blur**2)
    assert (noise[:, 1:] * noise[:, :-1]).mean() == pytest.approx(wanted, abs=0.01)
    assert (noise[..., 1:] * noise[..., :-1]).mean() == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_channels_correlate_as_wanted_and_the_variance_stays(correlation: float) -> None:
    noise = unit_noise(300, 300, 0.0, np.random.default_rng(1))
    mixed = share_noise(noise, correlation).reshape(3, -1)
    assert mixed.var(1) == pytest.approx(1, rel=0.03)
    wanted = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    np.testing.assert_allclose(np.corrcoef(mixed), wanted, atol=0.015)


def test_noise_is_that_of_the_generator() -> None:
    one, two, other = (unit_noise(8, 9, 0.2, np.random.default_rng(s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert (one != other).all()
