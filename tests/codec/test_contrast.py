import numpy as np
import pytest

from llcodec._arrays import Floats
from llcodec._bitstream import LUMA_WEIGHTS, TONE_GAIN_UNITS, TONE_GAMMA_UNITS, TONE_MATRIX_UNITS
from llcodec.codec.contrast import with_contrast
from llcodec.codec.undoing import IDENTITY
from llcodec.engine.onnx.local_tone import LocalCurve

_GAINS, _GAMMAS, _REST = slice(0, 3), slice(3, 6), slice(6, None)
_STEEPEST = round(0.2 / np.log(2) * TONE_GAMMA_UNITS)  # of the gammas, in units of the header


def _numbers(stops: float, knee: int = 24576) -> tuple[int, ...]:
    """Return a local curve that brightens by stops of values, with gammas of 2^-0.5."""
    gain, gamma = round(stops * TONE_GAIN_UNITS), round(-0.5 * TONE_GAMMA_UNITS)
    return (gain,) * 3 + (gamma,) * 3 + IDENTITY[6:] + (256,) * 3 + (knee,) + (0,) * 24


def _scene(octaves: float, brightest: float = 0.5) -> Floats:
    """Return a grey thumbnail of these octaves from the 10th to the 98th percentile."""
    logs = np.interp(np.linspace(0, 100, 100 * 150), (0, 10, 98, 100), (-octaves, -octaves, 0, 0))
    values = (brightest + 0.5 / 255) * np.exp2(logs) - 0.5 / 255
    picture = values.reshape(100, 150, 1).repeat(3, axis=2)
    return np.asarray(picture.astype(np.float32))


def _luma_of(numbers: tuple[int, ...], thumbnail: Floats) -> Floats:
    brightened = np.clip(LocalCurve.of_numbers(numbers).applied(thumbnail), 0, 1)
    return np.asarray(brightened @ np.array(LUMA_WEIGHTS, np.float32))


def test_a_night_with_lamps_gets_a_steeper_curve_that_is_as_bright() -> None:
    tone, scene = _numbers(2), _scene(5.6)
    made = with_contrast(tone, scene)
    steeper = np.subtract(made[_GAMMAS], tone[_GAMMAS])
    assert abs(steeper - _STEEPEST).max() <= 1
    assert len(set(np.subtract(made[_GAINS], tone[_GAINS]))) == 1  # colours stay
    assert made[_REST] == tone[_REST]
    before, after = _luma_of(tone, scene), _luma_of(made, scene)
    assert abs(after.mean() - before.mean()) < 0.5 / 255
    assert np.percentile(after, 0.5) < 0.85 * np.percentile(before, 0.5)


@pytest.mark.parametrize(("octaves", "share"), [(4.3, 0), (4.65, 0.25), (4.9, 0.5), (5.5, 1)])
def test_the_share_grows_with_the_range(octaves: float, share: float) -> None:
    tone = _numbers(2)
    made = with_contrast(tone, _scene(octaves))
    assert made[3] - tone[3] == pytest.approx(share * _STEEPEST, abs=0.03 * _STEEPEST)
    assert (made == tone) == (share == 0)


def test_a_curve_that_does_not_brighten_stays() -> None:
    flat = (*IDENTITY, 0, 0, 0, 32767, *(0,) * 24)
    assert with_contrast(flat, _scene(6)) == flat


def test_a_curve_that_brightens_little_changes_little() -> None:
    little = (round(0.5 * TONE_GAIN_UNITS),) * 3 + IDENTITY[3:] + (0, 0, 0, 32767) + (0,) * 24
    scene = _scene(6, brightest=0.3)
    made = with_contrast(little, scene)
    octaves = np.log2(_luma_of(little, scene).mean() / scene.mean())
    assert 0.2 < octaves < 0.8
    assert made[3] == pytest.approx(octaves * _STEEPEST, abs=0.02 * _STEEPEST)


def test_global_curves_stay() -> None:
    tone = _numbers(2)[:15]
    assert with_contrast(tone, _scene(6)) == tone


def test_black_beside_white_is_a_wide_range() -> None:
    scene = np.zeros((100, 150, 3), np.float32)
    scene[:, 140:] = 1
    tone = _numbers(2)
    assert with_contrast(tone, scene)[3] >= tone[3]


@pytest.mark.parametrize("extreme", [32767, -32767])
def test_absurd_curves_stay_in_the_range_of_the_header(extreme: int) -> None:
    tone = (extreme,) * 6 + (TONE_MATRIX_UNITS,) * 9 + (0, 0, 0, 1) + (0,) * 24
    assert max(map(abs, with_contrast(tone, _scene(6)))) <= 32767
