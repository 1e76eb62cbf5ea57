import numpy as np
import pytest

from llcodec.data.darkening import Darkening, darken, random_darkening

PLAIN = Darkening(exposure=0.1, balance=(1.0, 1.0, 1.0), shot=0.0, read=0.0, contrast=0.0)


def ramp(height: int = 16, width: int = 64) -> np.ndarray:
    return np.broadcast_to(
        np.linspace(0, 1, width, dtype=np.float32)[None, :, None], (height, width, 3)
    )


def test_light_is_taken_away_in_linear_light() -> None:
    dark = darken(ramp(), PLAIN, None)
    np.testing.assert_allclose(dark**2.2, 0.1 * ramp() ** 2.2, atol=1e-6)
    assert dark.dtype == np.float32


def test_undoing_the_contrast_is_the_inverse_of_smoothstep() -> None:
    """All of the tone curve undone and no light taken away: what smoothstep makes bright again."""
    how = Darkening(1.0, (1.0, 1.0, 1.0), 0.0, 0.0, contrast=1.0)
    flat = darken(ramp(), how, None)
    np.testing.assert_allclose(3 * flat**2 - 2 * flat**3, ramp(), atol=2e-6)


def test_a_share_of_the_contrast_lies_between() -> None:
    none, half, whole = (
        darken(ramp(), Darkening(1.0, (1.0, 1.0, 1.0), 0.0, 0.0, contrast=c), None)
        for c in (0.0, 0.5, 1.0)
    )
    np.testing.assert_allclose(half, (none + whole) / 2, atol=1e-5)


def test_balance_is_a_gain_per_channel() -> None:
    how = Darkening(0.2, (0.5, 1.0, 2.0), 0.0, 0.0, 0.0)
    light = darken(np.full((2, 2, 3), 0.5, np.float32), how, None) ** 2.2
    np.testing.assert_allclose(light[0, 0] / light[0, 0, 1], [0.5, 1.0, 2.0], rtol=1e-4)


@pytest.mark.parametrize(("shot", "read"), [(8e-4, 1e-4), (2e-5, 2e-3), (4e-4, 1e-3)])
def test_noise_has_the_variance_of_photons_and_sensor(shot: float, read: float) -> None:
    how = Darkening(0.2, (1.0, 1.0, 1.0), shot, read, 0.0)
    for level in (0.3, 0.9):
        flat = np.full((200, 200, 3), level, np.float32)
        dark = darken(flat, how, np.random.default_rng(3), levels=2**20)
        light = dark.astype(np.float64) ** 2.2
        signal = 0.2 * level**2.2
        assert light.mean() == pytest.approx(signal, rel=0.01)
        assert light.var() == pytest.approx(signal * shot + read**2, rel=0.03)


def test_noise_is_that_of_the_generator() -> None:
    how = random_darkening(np.random.default_rng(1))
    one, two = (darken(ramp(), how, np.random.default_rng(5)) for _ in range(2))
    other = darken(ramp(), how, np.random.default_rng(6))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_with_noise_there_are_only_whole_levels() -> None:
    dark = darken(ramp(), random_darkening(np.random.default_rng(2)), np.random.default_rng(2))
    np.testing.assert_allclose(dark * 255, np.round(dark * 255), atol=1e-4)
    assert dark.min() >= 0
    assert dark.max() <= 1


def test_without_a_generator_it_is_the_mean_of_many_noisy_ones() -> None:
    how = Darkening(0.3, (1.0, 0.9, 1.1), 4e-4, 1e-3, 0.4)
    picture = np.full((8, 8, 3), 0.6, np.float32)
    rng = np.random.default_rng(7)
    mean = np.mean([darken(picture, how, rng) for _ in range(300)], 0)
    clean = darken(picture, how, None)
    np.testing.assert_array_equal(clean, darken(picture, how, None))
    np.testing.assert_allclose(mean, clean, atol=2e-3)


def test_random_darkenings_darken_and_stay_in_their_ranges() -> None:
    rng = np.random.default_rng(0)
    drawn = [random_darkening(rng) for _ in range(300)]
    exposures = [d.exposure for d in drawn]
    assert min(exposures) >= 1 / 60
    assert max(exposures) <= 1 / 2
    assert np.median(exposures) == pytest.approx((1 / 120) ** 0.5, rel=0.25)  # log-uniform
    assert all(2e-5 <= d.shot <= 8e-4 for d in drawn)
    assert all(1e-4 <= d.read <= 2e-3 for d in drawn)
    assert all(0 <= d.contrast <= 0.7 for d in drawn)
    assert max(abs(np.log(d.balance)).max() for d in drawn) < 0.5
    for how in drawn[:20]:
        assert darken(ramp(), how, None).mean() < 0.9 * ramp().mean()
    assert random_darkening(np.random.default_rng(0)) == drawn[0]
