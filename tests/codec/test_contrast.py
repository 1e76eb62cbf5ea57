import numpy as np
import pytest

from llcodec._arrays import Floats, Pixels
from llcodec._bitstream import TONE_GAIN_UNITS, TONE_GAMMA_UNITS
from llcodec.codec import contrast
from llcodec.codec.codec import Codec
from llcodec.codec.contrast import STEEPEST, with_contrast
from llcodec.codec.undoing import IDENTITY
from llcodec.container import read_header
from llcodec.engine.onnx.local_tone import LocalCurve
from llcodec.imaging import Picture

_GAMMAS, _REST = slice(3, 6), slice(6, None)
_PIVOT, _LIMIT = 0.45, 32767


def _numbers(stops: float, toes: tuple[int, int, int] = (256, 256, 256)) -> tuple[int, ...]:
    """Return a local curve with gains of 2^stops, and gammas of 2^-0.5."""
    gain, gamma = round(stops * TONE_GAIN_UNITS), round(-0.5 * TONE_GAMMA_UNITS)
    return (gain,) * 3 + (gamma,) * 3 + IDENTITY[6:] + toes + (8192,) + (0,) * 24


def _scene(octaves: float) -> Floats:
    """Return a grey thumbnail of this range, as the encoder measures it."""
    percents = (0, 10, 98, 100)
    logs = np.interp(np.linspace(0, 100, 100 * 150), percents, (-octaves, -octaves, 0, 0))
    values = (0.5 + 3 / 255) * np.exp2(logs) - 3 / 255
    picture = values.clip(0, 1).reshape(100, 150, 1).repeat(3, axis=2)
    return np.asarray(picture.astype(np.float32))


def _applied(numbers: tuple[int, ...], values: Floats) -> Floats:
    """Return values, one of each channel, after a curve."""
    return np.asarray(LocalCurve.of_numbers(numbers).applied(values.reshape(1, -1, 3))[0])


def _made(numbers: tuple[int, ...], value: float) -> Floats:
    """Return the values of the channels that a curve makes this value, found by halving."""
    low, high = np.zeros((2, 3), np.float32)
    high += 1
    for _ in range(40):
        middle = np.asarray((low + high) / 2, np.float32)
        below = _applied(numbers, middle)[0] < value
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(high)


@pytest.mark.parametrize("toes", [(0, 0, 0), (200, 3000, 9000)])
def test_a_night_with_lamps_gets_a_steeper_curve_through_middle_grey(
    toes: tuple[int, int, int],
) -> None:
    tone = _numbers(2, toes)
    made = with_contrast(tone, _scene(4.4))
    assert np.subtract(made[_GAMMAS], tone[_GAMMAS]) == pytest.approx(
        0.93 * STEEPEST * TONE_GAMMA_UNITS, abs=40
    )
    assert made[_REST] == tone[_REST]
    grey = _made(tone, _PIVOT)
    assert _applied(made, grey)[0] == pytest.approx([_PIVOT] * 3, abs=1e-3)
    assert (_applied(made, 0.7 * grey) < _applied(tone, 0.7 * grey) - 0.005).all()
    assert (_applied(made, 1.3 * grey) > _applied(tone, 1.3 * grey) + 0.005).all()


@pytest.mark.parametrize(("octaves", "share"), [(2.95, 0), (3.375, 0.25), (3.75, 0.5), (4.6, 1)])
def test_the_steepness_grows_with_the_range(octaves: float, share: float) -> None:
    tone, scene = _numbers(3), _scene(octaves)
    made = with_contrast(tone, scene)
    assert made[3] - tone[3] == pytest.approx(share * STEEPEST * TONE_GAMMA_UNITS, abs=30)
    assert (made == tone) == (share == 0)


@pytest.mark.parametrize(("octaves", "share"), [(-0.5, 0), (0, 0), (0.5, 0.5), (1.5, 1)])
def test_curves_that_brighten_little_change_little(octaves: float, share: float) -> None:
    gain = round(octaves * TONE_GAIN_UNITS)
    tone = (gain,) * 3 + IDENTITY[3:] + (0, 0, 0, 8192) + (0,) * 24
    made = with_contrast(tone, _scene(4.6))
    assert made[3] == pytest.approx(share * STEEPEST * TONE_GAMMA_UNITS, abs=30)
    assert (made == tone) == (share == 0)


def test_global_curves_stay() -> None:
    tone = _numbers(2)[:15]
    assert with_contrast(tone, _scene(5)) == tone


def test_black_around_a_moon_does_not_brighten_it() -> None:
    scene = np.zeros((100, 150, 3), np.float32)
    scene[40:60, 60:90] = 0.1
    scene[45:55, 70:80] = 1
    tone = _numbers(1.5)
    made = with_contrast(tone, scene)
    assert made[3] > tone[3]
    before, after = (_applied(numbers, scene) for numbers in (tone, made))
    assert after.mean() < before.mean()
    assert abs(after - before).max() < 0.02


def test_one_level_more_of_black_changes_little() -> None:
    scene = np.zeros((100, 150, 3), np.float32)
    scene[80:] = 0.12
    tone = _numbers(3)
    gammas = [with_contrast(tone, scene + level / 255)[3] for level in (0, 1)]
    assert 0 < gammas[0] - gammas[1] < 0.3 * STEEPEST * TONE_GAMMA_UNITS


def test_numbers_stay_in_the_range_of_the_header() -> None:
    tone = (_LIMIT,) * 3 + (-_LIMIT, 0, _LIMIT) + _numbers(0)[6:]
    made = with_contrast(tone, _scene(5))
    assert made[_GAMMAS] == (round(-_LIMIT + STEEPEST * TONE_GAMMA_UNITS), 819, _LIMIT)
    assert max(map(abs, made)) == _LIMIT


def _night() -> Pixels:
    """Return a dark street with a lamp."""
    scene = np.linspace(1, 12, 192).reshape(1, 192, 1).repeat(128, 0).repeat(3, 2)
    scene[30:60, 40:80] = 220
    return scene.astype(np.uint8)


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_the_encoder_makes_the_curve_of_a_night_steeper(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec, picture = Codec(engine=engine), Picture(_night())
    steep = read_header(codec.encode(picture)).tone
    monkeypatch.setattr(contrast, "STEEPEST", 0.0)
    flat = read_header(codec.encode(picture)).tone
    assert steep is not None
    assert flat is not None
    assert np.subtract(steep[_GAMMAS], flat[_GAMMAS]).min() > 0.5 * STEEPEST * TONE_GAMMA_UNITS
    assert steep[_REST] == flat[_REST]
