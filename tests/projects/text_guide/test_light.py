import numpy as np
import pytest

from projects.text_guide.light import expose, light_of, own_light, resized


def grey(value: float, size: tuple[int, int] = (8, 12)) -> np.ndarray:
    return np.full((*size, 3), value, np.float32)


def test_light_is_linear() -> None:
    assert light_of(grey(1.0)) == pytest.approx(1)
    assert light_of(grey(0.5)) == pytest.approx(0.214, abs=1e-3)  # IEC 61966-2-1


def test_exposure_multiplies_light() -> None:
    assert light_of(expose(grey(0.5), -3)) == pytest.approx(0.214 / 8, rel=1e-2)
    assert light_of(expose(grey(0.5), 1)) == pytest.approx(0.428, rel=1e-2)
    assert light_of(expose(grey(0.5), 4)) == 1


def test_only_dark_pictures_have_an_own_darkness() -> None:
    assert own_light(grey(0.5)) == 0
    assert own_light(expose(grey(0.5), -4)) == pytest.approx(np.log2(0.214) - 4 + 3.5, abs=0.02)


def test_resizing_keeps_range_and_light() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 2, (40, 60, 3)).astype(np.float32)
    assert resized(picture, (40, 60)) is picture
    small = resized(picture, (10, 10))
    assert small.shape == (10, 10, 3)
    assert 0 <= small.min() <= small.max() <= 1
    assert small.mean() == pytest.approx(picture.mean(), abs=0.01)
