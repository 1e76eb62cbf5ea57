import numpy as np
import pytest

from llcodec.training.even_light import DEVIATION, MEAN, evenly_lit


def log_odds(pixels: np.ndarray) -> np.ndarray:
    return np.arctanh((pixels / 127.5 - 1) * (1 - 2 / 1024))


@pytest.fixture
def harsh() -> np.ndarray:
    """Shadows and a sky."""
    rng = np.random.default_rng(0)
    shadows = rng.integers(5, 40, (30, 40, 3), np.uint8)
    return np.concatenate((shadows, rng.integers(190, 250, (30, 40, 3), np.uint8)))


def test_contrast_and_brightness_are_brought_within_bounds(harsh: np.ndarray) -> None:
    (even,) = evenly_lit([harsh])
    assert even.shape == harsh.shape
    assert even.dtype == np.uint8
    before, after = log_odds(harsh), log_odds(even)
    assert before.std() > 1
    assert after.std() == pytest.approx(DEVIATION, abs=0.02)
    assert abs(after.mean() - MEAN) == pytest.approx(0.5 * abs(before.mean() - MEAN), abs=0.02)


def test_one_curve_that_rises_serves_a_whole_picture(harsh: np.ndarray) -> None:
    (even,) = evenly_lit([harsh])
    order = np.argsort(harsh, axis=None, kind="stable")
    assert (np.diff(even.ravel()[order].astype(int)) >= 0).all()


def test_a_soft_picture_keeps_its_contrast() -> None:
    soft = np.random.default_rng(1).integers(100, 140, (20, 20, 3), np.uint8)
    (even,) = evenly_lit([soft])
    assert log_odds(even).std() == pytest.approx(log_odds(soft).std(), rel=0.05)


def test_black_and_white_stay_finite() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    assert np.ptp(evenly_lit([pixels])[0]) == 0
    pixels[:2] = 255
    assert len(np.unique(evenly_lit([pixels])[0])) == 2
