import numpy as np
import pytest

from llcodec.data.camera_curve import light_to_srgb, srgb_to_light, to_light, to_picture

VALUES = np.linspace(0, 1, 4097, dtype=np.float32)


@pytest.mark.parametrize("contrast", [0.0, 1e-3, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("shoulder", [0.0, 0.5, 4.0])
def test_undone_and_redone_the_curve_changes_nothing(contrast: float, shoulder: float) -> None:
    light = to_light(VALUES, contrast, shoulder)
    again = to_picture(light, contrast, shoulder)
    np.testing.assert_allclose(again, VALUES, atol=1e-6)
    assert light.dtype == again.dtype == np.float32
    assert (np.diff(light) > 0).all()
    assert light[0] == pytest.approx(0, abs=1e-7)
    assert light[-1] == pytest.approx(1, abs=1e-6)


def test_srgb_is_that_of_the_standard() -> None:
    """Values of IEC 61966-2-1 on both sides of its knee."""
    wanted = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in VALUES.tolist()]
    np.testing.assert_allclose(srgb_to_light(VALUES), wanted, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(light_to_srgb(np.array(wanted, np.float32)), VALUES, atol=1e-6)


def test_all_of_the_contrast_is_smoothstep() -> None:
    plain, curved = (to_picture(VALUES, contrast, 0.0) for contrast in (0.0, 1.0))
    np.testing.assert_allclose(curved, 3 * plain**2 - 2 * plain**3, atol=1e-6)


def test_a_share_of_the_contrast_lies_between() -> None:
    none, some, whole = (to_picture(VALUES, contrast, 0.0) for contrast in (0.0, 0.1, 1.0))
    np.testing.assert_allclose(some, 0.9 * none + 0.1 * whole, atol=1e-6)


def test_the_shoulder_lifts_shadows_and_keeps_white() -> None:
    light = np.array([1e-4, 0.2, 1.0], np.float32)
    shown = srgb_to_light(to_picture(light, 0.0, 3.0))
    np.testing.assert_allclose(shown, [4e-4, 0.5, 1.0], rtol=1e-3)


def test_what_lies_outside_is_clipped_and_the_argument_kept() -> None:
    values = np.array([-0.5, 0.5, 1.5], np.float32)
    light = to_light(values, 0.4, 1.0)
    assert light[0] == pytest.approx(0, abs=1e-7)
    assert light[2] == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(values, np.array([-0.5, 0.5, 1.5], np.float32))
    kept = light.copy()
    to_picture(light, 0.4, 1.0)
    np.testing.assert_array_equal(light, kept)
