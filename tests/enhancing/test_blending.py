import numpy as np
import pytest

from llcodec.enhancing.blending import blend, check_strength
from llcodec.errors import InputError


def samples(values: list[float], white: int = 255) -> np.ndarray:
    kind = np.uint8 if white == 255 else np.uint16
    return np.repeat((np.array(values) * white).round().astype(kind)[None, :, None], 3, axis=2)


def values(values: list[float]) -> np.ndarray:
    return np.repeat(np.array(values, np.float32)[None, :, None], 3, axis=2)


@pytest.mark.parametrize("white", [255, 65535])
def test_half_the_strength_is_half_the_light(white: int) -> None:
    mixed = blend(samples([0, 0, 1], white), values([1.0, 0.5, 1.0]), 0.5)
    assert mixed.shape == (1, 3, 3)
    # sRGB 0.5 is 0.21404 of white's light; half of that is 0.36078 in sRGB.
    assert mixed[0, :, 0].tolist() == pytest.approx([0.735357, 0.360780, 1.0], abs=1e-5)


@pytest.mark.parametrize("white", [255, 65535])
def test_the_ends_are_what_is_mixed(white: int) -> None:
    levels = np.linspace(0, 1, 256).tolist()
    shot, bright = samples(levels, white), values(levels[::-1])
    np.testing.assert_allclose(blend(shot, bright, 1.0), bright, atol=1e-6)
    same = blend(shot, bright, 0.0) * white
    assert np.array_equal(same.round(), shot)


def test_values_beyond_white_and_black_are_clipped_first() -> None:
    mixed = blend(samples([1, 0]), values([7.0, -3.0]), 0.5)
    np.testing.assert_allclose(mixed, values([1.0, 0.0]), atol=1e-7)


def test_more_strength_is_more_light() -> None:
    shades = [float(blend(samples([0.1]), values([0.8]), s).mean()) for s in (0, 0.1, 0.5, 0.9, 1)]
    assert shades == sorted(shades)
    assert len(set(shades)) == 5


def test_strengths_from_0_to_1_are_taken() -> None:
    for strength in (0, 0.5, 1):
        check_strength(strength)
    for wrong in (-0.01, 1.01, float("nan"), float("inf")):
        with pytest.raises(InputError, match="strength must be from 0 to 1"):
            check_strength(wrong)
