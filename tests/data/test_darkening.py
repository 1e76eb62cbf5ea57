from dataclasses import replace

import numpy as np
import pytest

from llcodec.data.camera_curve import srgb_to_light, to_light
from llcodec.data.darkening import (
    Darkening,
    darken,
    evenly_exposed,
    random_darkening,
    random_night,
    random_noise,
)
from measurements.noise_level import measure_blocks

PLAIN = Darkening(exposure=0.1, balance=(1.0, 1.0, 1.0), shot=0.0, read=0.0, contrast=0.0)
FINE = 2**22  # so many levels that quantisation does not count


def ramp(height: int = 16, width: int = 64) -> np.ndarray:
    return np.broadcast_to(
        np.linspace(0, 1, width, dtype=np.float32)[None, :, None], (height, width, 3)
    )


def grey(level: float, side: int = 200) -> np.ndarray:
    return np.full((side, side, 3), level, np.float32)


def test_light_is_taken_away_in_linear_light() -> None:
    dark = darken(ramp(), PLAIN, None)
    np.testing.assert_allclose(srgb_to_light(dark), 0.1 * srgb_to_light(ramp()), atol=1e-6)
    assert dark.dtype == np.float32
    assert dark.shape == ramp().shape


def test_lamps_leave_more_light_in_some_places() -> None:
    lamps = np.linspace(0.1, 1, 64, dtype=np.float32)[None, :, None]
    dark = darken(ramp(), PLAIN, None, light=np.broadcast_to(lamps, (16, 64, 1)))
    np.testing.assert_allclose(srgb_to_light(dark), 0.1 * lamps * srgb_to_light(ramp()), atol=1e-6)


def test_an_even_exposure_changes_nothing_but_noise() -> None:
    how = evenly_exposed(random_night(np.random.default_rng(2)))
    np.testing.assert_allclose(darken(ramp(), how, None), ramp(), atol=1e-6)
    assert (darken(ramp(), how, np.random.default_rng(3)) != ramp()).any()


def test_nights_under_lamps_keep_a_third_of_the_light_at_least() -> None:
    exposures = [random_night(np.random.default_rng(n)).exposure for n in range(200)]
    assert 1 / 3 <= min(exposures) < 0.36
    assert 0.95 < max(exposures) <= 1


def test_the_tone_curve_is_redone_after_light_was_taken_away() -> None:
    how = replace(PLAIN, contrast=0.5, shoulder=2.0)
    dark = darken(ramp(), how, None)
    np.testing.assert_allclose(
        to_light(dark, 0.5, 2.0), 0.1 * to_light(ramp(), 0.5, 2.0), atol=1e-6
    )


def test_with_all_the_light_left_nothing_changes() -> None:
    how = replace(PLAIN, exposure=1.0, contrast=0.6, shoulder=3.0)
    np.testing.assert_allclose(darken(ramp(), how, None), ramp(), atol=1e-6)


def test_balance_is_a_gain_per_channel() -> None:
    how = replace(PLAIN, exposure=0.2, balance=(0.5, 1.0, 2.0))
    light = srgb_to_light(darken(grey(0.5, 2), how, None))
    np.testing.assert_allclose(light[0, 0] / light[0, 0, 1], [0.5, 1.0, 2.0], rtol=1e-4)


def test_black_cuts_shadows_off_or_veils_them() -> None:
    how = replace(PLAIN, black=(-0.01, 0.0, 0.02))
    dark = darken(grey(0.2, 2), how, None)  # 0.0033 of light
    light = srgb_to_light(dark)[0, 0]
    wanted = 0.1 * float(srgb_to_light(np.array([0.2], np.float32))[0])
    np.testing.assert_allclose(light, [0, wanted, wanted + 0.02], atol=1e-6)


@pytest.mark.parametrize("blur", [0.0, 0.3])
@pytest.mark.parametrize(("shot", "read"), [(8e-4, 1e-4), (2e-5, 2e-3), (4e-4, 1e-3)])
def test_noise_has_the_variance_of_photons_and_sensor(
    shot: float, read: float, blur: float
) -> None:
    amplification = (2.0, 1.0, 1.5)
    how = Darkening(
        0.2, (1.0, 1.0, 1.0), shot, read, 0.3, 1.0, amplification, shared=0.2, blur=blur
    )
    for level in (0.5, 0.9):
        dark = darken(grey(level), how, np.random.default_rng(3), levels=FINE)
        light = to_light(dark, 0.3, 1.0).astype(np.float64)
        signal = 0.2 * float(to_light(np.array([level], np.float32), 0.3, 1.0)[0])
        deviation = (signal * shot + read**2) ** 0.5 * np.array(amplification)
        assert light.mean() == pytest.approx(signal, rel=0.01)
        np.testing.assert_allclose(light.std((0, 1)), deviation, rtol=0.03)


def test_noise_of_channels_and_neighbours_is_correlated_as_asked() -> None:
    how = Darkening(0.2, (1.0, 1.0, 1.0), 0.0, 1e-3, 0.0, shared=0.4, blur=0.25)
    light = srgb_to_light(darken(grey(0.8), how, np.random.default_rng(4), levels=FINE))
    noise = (light - light.mean((0, 1))).astype(np.float64)
    matrix = np.corrcoef(noise.reshape(-1, 3).T)
    np.testing.assert_allclose(matrix[np.triu_indices(3, 1)], 0.4, atol=0.03)
    neighbours = (noise[1:] * noise[:-1]).mean() / noise.var()
    assert neighbours == pytest.approx(0.5 / 1.125, abs=0.03)


def test_noise_is_that_of_the_generator() -> None:
    how = random_darkening(np.random.default_rng(1))
    one, two = (darken(ramp(), how, np.random.default_rng(5)) for _ in range(2))
    other = darken(ramp(), how, np.random.default_rng(6))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


@pytest.mark.parametrize("levels", [255, 1023])
def test_with_noise_there_are_only_whole_levels(levels: int) -> None:
    how = replace(random_darkening(np.random.default_rng(2)), exposure=0.4)
    dark = darken(ramp(), how, np.random.default_rng(2), levels) * levels
    np.testing.assert_allclose(dark, np.round(dark), atol=1e-3)
    assert dark.min() >= 0
    assert dark.max() <= levels
    assert len(np.unique(np.round(dark))) > 50


def test_without_a_generator_it_is_the_mean_of_many_noisy_ones() -> None:
    how = Darkening(0.3, (1.0, 0.9, 1.1), 4e-4, 1e-3, 0.4, 2.0)
    picture = grey(0.6, 8)
    rng = np.random.default_rng(7)
    mean = np.mean([darken(picture, how, rng) for _ in range(300)], 0)
    clean = darken(picture, how, None)
    np.testing.assert_array_equal(clean, darken(picture, how, None))
    np.testing.assert_allclose(mean, clean, atol=4e-3)


def test_large_pictures_are_darkened_like_their_parts() -> None:
    """Pictures are worked on in strips of rows, the last of which is a lower one."""
    how = random_darkening(np.random.default_rng(3))
    picture = np.random.default_rng(3).random((101, 300, 3), np.float32)
    whole = darken(picture, how, None)
    for rows in (slice(20, 40), slice(80, 101)):
        np.testing.assert_allclose(whole[rows], darken(picture[rows], how, None), atol=1e-6)
    assert darken(picture[:1], how, np.random.default_rng(0)).shape == (1, 300, 3)


def test_random_darkenings_darken_and_stay_in_their_ranges() -> None:
    rng = np.random.default_rng(0)
    drawn = [random_darkening(rng) for _ in range(400)]
    exposures = [d.exposure for d in drawn]
    assert min(exposures) >= 1 / 60
    assert max(exposures) <= 1 / 2
    assert np.median(exposures) == pytest.approx((1 / 120) ** 0.5, rel=0.25)  # log-uniform
    assert all(0 <= d.contrast <= 0.6 for d in drawn)
    assert all(0 <= d.shoulder <= 4 for d in drawn)
    assert all(0 <= d.shared <= 0.4 for d in drawn)
    assert max(d.blur for d in drawn) <= 0.5
    assert np.mean([d.blur == 0 for d in drawn]) == pytest.approx(0.75, abs=0.07)
    assert max(abs(np.log(d.balance)).max() for d in drawn) < 0.7
    assert abs(np.mean([np.log(d.balance).sum() for d in drawn])) < 1e-6
    for how in drawn[:20]:
        assert darken(ramp(), how, None).mean() < 0.95 * ramp().mean()
    assert random_darkening(np.random.default_rng(0)) == drawn[0]


def test_shorter_exposures_have_more_noise_down_to_the_shortest_drawn() -> None:
    def middle(exposure: float) -> tuple[float, float]:
        drawn = [random_darkening(np.random.default_rng(s), exposure) for s in range(200)]
        assert all(d.exposure == exposure for d in drawn)
        return float(np.median([d.shot for d in drawn])), float(np.median([d.read for d in drawn]))

    (bright, bright_read), (dark, dark_read) = middle(1 / 2), middle(1 / 50)
    assert dark / bright == pytest.approx(5, rel=1e-3)  # the root of 25
    assert dark_read / bright_read == pytest.approx(5**1.09, rel=1e-3)
    assert middle(1 / 60) == middle(1 / 500)


def test_noise_at_the_brightness_of_lol_is_that_of_lol() -> None:
    """Medians at 16 to 24 levels as measured on LOL: 2.0 in R, 1.1 in G, 1.5 in B."""
    deviations = []
    rng = np.random.default_rng(0)
    for _ in range(300):
        dark = darken(grey(0.55, 48), random_darkening(rng, 1 / 40), rng) * 255
        if 16 <= dark.mean() < 24:
            deviations.append(np.median(measure_blocks(dark).deviation, 0))
    assert len(deviations) > 30
    np.testing.assert_allclose(np.median(deviations, 0), [2.0, 1.1, 1.5], rtol=0.3)


def test_random_noise_leaves_the_light_as_it_is() -> None:
    rng = np.random.default_rng(0)
    picture = grey(0.2, 128)
    noisy = darken(picture, random_noise(rng), rng)
    assert noisy.std() > 1 / 255
    assert abs(float(noisy.mean()) - 0.2) < 0.005
