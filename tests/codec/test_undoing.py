"""Undoing local tone curves, held to the curves of training."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from llcodec.codec.brightness import Brightness
from llcodec.codec.samples import to_samples
from llcodec.engine.protocol import Place
from llcodec.errors import CorruptError
from llcodec.nets.tone import apply_tone
from llcodec.nets.tone_numbers import curve_of_numbers

GRID = tuple(int(n) for n in np.random.default_rng(5).integers(-40, 41, 24))
MATRIX = (4400, -200, -100, 60, 4100, -70, 10, -300, 4500)
TONE = (7000, 6500, 6800, -900, -700, -1200, *MATRIX, 3000, 2000, 0, 12000, *GRID)
STEEP = (14000, 14000, 14000, 2000, 0, -3000, *MATRIX, 0, 9000, 19000, 29000, *GRID)
MILD = (0, 900, -500, 0, 0, 0, *MATRIX, 19000, 0, 100, 3300, *GRID)
TONES = [TONE, STEEP, MILD]
GREY = (*[6800] * 3, *[-900] * 3, 4096, 0, 0, 0, 4096, 0, 0, 0, 4096, *[2000] * 3, 12000, *[0] * 24)


def applied(shot: np.ndarray, tone: tuple[int, ...]) -> np.ndarray:
    """A whole picture after the curve."""
    planes = torch.from_numpy(shot).permute(2, 0, 1)[None]
    bright = apply_tone(planes, curve_of_numbers(tone))[0].permute(1, 2, 0)
    return np.ascontiguousarray(bright.numpy())


def dark(height: int = 60, width: int = 90) -> np.ndarray:
    return np.random.default_rng(1).uniform(0.01, 0.25, (height, width, 3)).astype(np.float32)


def height(bright: np.ndarray, tone: tuple[int, ...]) -> np.ndarray:
    """How high the channels of a bright picture lie in the shoulder; below 0 under it."""
    matrix = np.array(tone[6:15]).reshape(3, 3) / 4096
    knee = tone[18] / 32768
    return np.asarray((bright @ np.linalg.inv(matrix).T - (1 - knee)) / knee)


@pytest.mark.parametrize(("tone", "light"), list(zip(TONES, (0.15, 0.003, 1), strict=True)))
def test_the_shot_comes_back(tone: tuple[int, ...], light: float) -> None:
    shot = np.float32(light) * dark()
    bright = applied(shot, tone)
    back = Brightness(tone, 0).adjust(bright)
    assert back.dtype == np.float32
    exact = height(bright, tone).max(-1) < 0
    assert exact.mean() > 0.5
    np.testing.assert_allclose(back[exact], shot[exact], atol=1e-3, rtol=0.01)
    error = np.abs(back - shot).max(-1)
    assert np.all(error <= 0.2 * shot.max(-1) + 1e-3)


def test_lamps_come_back_but_dimmer_where_the_shoulder_is_flat() -> None:
    shot = np.linspace(0.02, 1, 300, dtype=np.float32)[None, :, None].repeat(3, 2)
    bright = applied(shot, GREY)
    back = Brightness(GREY, 0).adjust(bright)
    kept = height(bright, GREY) < 0.49
    assert kept.mean() > 0.05
    np.testing.assert_allclose(back[kept], shot[kept], atol=1e-3, rtol=0.01)
    assert np.all(np.diff(back, axis=1) > 0)
    assert np.all(back <= shot + 1e-3)
    error = Brightness(GREY, 0).adjust(bright + np.float32(1 / 255)) - back
    assert error.max() < 2 / 255  # an exact inverse turns one level near white into 27
    beyond = Brightness(GREY, 0).adjust(np.full((2, 2, 3), 1.3, np.float32))
    assert beyond.max() <= 1.01  # what is brighter than white was white
    shown = Brightness(GREY, 0)
    white, beside = (np.array(v, np.float32)[None, None] for v in ((1, 1, 1), (1.3, 1, 1)))
    assert np.array_equal(shown.adjust(beside), shown.adjust(white))


def test_errors_near_white_do_not_become_colours() -> None:
    shot = np.full((40, 40, 3), 0.15, np.float32)
    noise = np.random.default_rng(3).normal(0, 2 / 255, shot.shape).astype(np.float32)
    back = Brightness(GREY, 0).adjust(applied(shot, GREY) + noise)
    colour = back - back.mean(-1, keepdims=True)
    assert colour.std() < 0.002  # more if the shoulder of each channel is undone alone
    assert back.mean() == pytest.approx(0.15, abs=0.02)


def test_lamps_come_back_up_to_white_where_no_shoulder_is_flat() -> None:
    gentle = (*MILD[:18], 32767, *(0,) * 24)
    shot = np.linspace(0.02, 1, 300, dtype=np.float32)[None, :, None].repeat(3, 2)
    back = Brightness(gentle, 0).adjust(applied(shot, gentle))
    np.testing.assert_allclose(back, shot, atol=0.01, rtol=0.01)


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (40, 300)])
def test_pictures_of_any_size(size: tuple[int, int]) -> None:
    shot = np.float32(0.1) * dark(*size)
    back = Brightness(TONE, 0).adjust(applied(shot, TONE))
    np.testing.assert_allclose(back, shot, atol=1e-3, rtol=0.01)


def test_windows_and_single_pixels_know_where_they_lie() -> None:
    shown, bright = Brightness(TONE, 0.3), applied(dark(), TONE)
    whole = shown.adjust(bright)
    rows, columns = slice(16, 48), slice(32, 80)
    place = Place(rows, columns, 60, 90)
    window = np.ascontiguousarray(bright[rows, columns])
    np.testing.assert_allclose(shown.adjust(window, place), whole[rows, columns], rtol=1e-5)
    mask = np.random.default_rng(2).random((32, 48)) < 0.2
    found = shown.adjust(window[mask][None], place, mask)
    np.testing.assert_allclose(found[0], whole[rows, columns][mask], rtol=1e-5)
    assert np.abs(shown.adjust(window) - whole[rows, columns]).max() > 0.01


@pytest.mark.parametrize("tone", TONES)
def test_one_is_the_enhanced_picture_and_brightness_rises(tone: tuple[int, ...]) -> None:
    bright = applied(dark(), tone)
    assert np.array_equal(Brightness(tone, 1).adjust(bright), bright)
    if tone != MILD:  # which darkens
        levels = (0, 0.2, 0.5, 0.8, 0.999, 1, 1.2, 2)
        means = [float(Brightness(tone, b).adjust(bright).clip(0, 1).mean()) for b in levels]
        assert means == sorted(set(means))


@pytest.mark.parametrize("brightness", [0.0, 0.5, 1.0])
def test_exposure_rises(brightness: float) -> None:
    bright = applied(dark(), TONE)
    means = [
        float(Brightness(TONE, brightness, stops).adjust(bright).mean())
        for stops in (-4, -1, 0, 0.5, 3)
    ]
    assert means == sorted(set(means))


@dataclass(frozen=True)
class Absurd:
    """The ends of what a header can hold."""

    gain: int = 0
    gamma: int = 0
    toe: int = 0
    knee: int = 9000
    exposure: int = 0

    @property
    def tone(self) -> tuple[int, ...]:
        numbers = (*[self.gain] * 3, *[self.gamma] * 3, *MATRIX, *[self.toe] * 3, self.knee)
        return (*numbers, *[self.exposure] * 24)


ABSURD = [
    Absurd(toe=32767),
    Absurd(knee=1),
    Absurd(knee=32767, gain=32767),
    *(
        Absurd(gain, gamma, toe, knee, exposure)
        for gain in (-32768, 32767)
        for gamma in (-32768, 32767)
        for toe, knee, exposure in ((0, 1, 127), (32767, 32767, -127))
    ),
]


@pytest.mark.parametrize("brightness", [0.0, 0.5, 1.5, 2.0])
@pytest.mark.parametrize("absurd", ABSURD)
def test_absurd_curves_make_pictures(absurd: Absurd, brightness: float) -> None:
    picture = np.random.default_rng(0).uniform(-0.2, 1.3, (20, 30, 3)).astype(np.float32)
    picture[0, 0], picture[0, 1], picture[0, 2] = 0, 1, 1e6
    with np.errstate(all="raise"):
        shown = Brightness(absurd.tone, brightness).adjust(picture)
    assert not np.isnan(shown).any()
    samples = to_samples(shown, sixteen_bit=False, grey=False)
    assert samples.shape == (20, 30, 3)


def test_curves_without_an_inverse_are_corrupt() -> None:
    with pytest.raises(CorruptError, match="tone curve"):
        Brightness((*TONE[:6], *[4096] * 9, *TONE[15:]), 0)
