import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from llcodec._arrays import Samples
from llcodec.imaging.colour import from_srgb, to_srgb

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

COLOURS = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3), -1).reshape(18, -1, 3)


def _reference(pixels: NDArray[Any], source: bytes | None, target: bytes | None) -> NDArray[Any]:
    """ImageCms on 8 bits."""
    here, there = (
        ImageCms.ImageCmsProfile(io.BytesIO(p) if p else ImageCms.createProfile("sRGB"))
        for p in (source, target)
    )
    change = ImageCms.buildTransform(
        here,
        there,
        "RGB",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    changed = ImageCms.applyTransform(Image.fromarray(pixels.astype(np.uint8)), change)
    return np.asarray(changed)


@pytest.fixture(params=["P3", "ADOBE", "GAMMA"])
def profile(request: pytest.FixtureRequest, made: "type[Made]") -> bytes:
    name = request.param
    matrix = made.SRGB if name == "GAMMA" else getattr(made, name)
    return made.profile(matrix, made.SRGB_CURVE if name == "P3" else 2.2)


def test_eight_bits_as_littlecms(profile: bytes) -> None:
    pixels, icc = to_srgb(COLOURS.astype(np.uint8), profile, grey=False)
    assert icc == profile
    np.testing.assert_array_equal(pixels, _reference(COLOURS, profile, None))


def test_sixteen_bits_agree_with_eight(profile: bytes) -> None:
    pixels, icc = to_srgb((COLOURS * 257).astype(np.uint16), profile, grey=False)
    assert icc == profile
    assert pixels.dtype == np.uint16
    expected = _reference(COLOURS, profile, None)
    # within the rounding of the reference, which has 8-bit steps (more near black: gamma)
    assert np.abs(pixels / 257 - expected).max() < 1.2


def test_sixteen_bits_keep_their_bits(profile: bytes) -> None:
    ramp = np.repeat(np.arange(20000, 24000, dtype=np.uint16).reshape(1, -1, 1), 3, axis=2)
    pixels, _ = to_srgb(ramp.copy(), profile, grey=False)
    assert len(np.unique(pixels[..., 1])) > 3500
    back, _ = from_srgb(pixels, profile, grey=False)
    assert np.abs(back.astype(int) - ramp).max() <= 2


def test_round_trip_of_eight_bits(profile: bytes, made: "type[Made]") -> None:
    inside = made.noise(20, 20, 3) // 4 + 90  # pale colours, inside both gamuts
    pixels, icc = to_srgb(inside.copy(), profile, grey=False)
    given = pixels.copy()
    back, out = from_srgb(pixels, icc, grey=False)
    assert out == profile
    np.testing.assert_array_equal(pixels, given)
    assert np.abs(back.astype(int) - inside).max() <= 2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_srgb_is_left_alone(made: "type[Made]", dtype: type[np.uint8 | np.uint16]) -> None:
    pixels = made.noise(5, 5, 3, dtype)
    icc = made.profile(made.SRGB)
    for convert in (to_srgb, from_srgb):
        out, kept = convert(pixels.copy(), icc, grey=False)
        np.testing.assert_array_equal(out, pixels)
        assert kept == icc


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_unusable_profiles_are_dropped(
    made: "type[Made]", dtype: type[np.uint8 | np.uint16]
) -> None:
    pixels = made.noise(5, 5, 3, dtype)
    for icc, grey in (
        (None, False),
        (b"broken", False),
        (made.profile(), False),
        (made.profile(made.P3), True),
        (b"", True),
    ):
        for convert in (to_srgb, from_srgb):
            out, kept = convert(pixels.copy(), icc, grey=grey)
            np.testing.assert_array_equal(out, pixels)
            assert kept is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey(made: "type[Made]", dtype: type[np.uint8 | np.uint16]) -> None:
    white = np.iinfo(dtype).max
    ramp: Samples = np.repeat(np.arange(0, white + 1, dtype=dtype).reshape(1, -1, 1), 3, axis=2)
    icc = made.profile(curve=1.0)  # linear light
    pixels, kept = to_srgb(ramp.copy(), icc, grey=True)
    assert kept == icc
    middle = pixels[0, round(white * 0.2140), 0] / white
    assert abs(middle - 0.5) < 0.005
    assert pixels[0, 0, 0] == 0
    assert pixels[0, -1, 0] == white
    back, _ = from_srgb(pixels, icc, grey=True)
    error = np.abs(back.astype(int) - ramp)
    assert error.max() <= 2


def test_table_profiles(made: "type[Made]") -> None:
    icc = made.table_profile()
    shallow, kept = to_srgb(COLOURS.astype(np.uint8), icc, grey=False)
    assert kept == icc
    np.testing.assert_array_equal(shallow, _reference(COLOURS, icc, None))
    deep, _ = to_srgb((COLOURS * 257).astype(np.uint16), icc, grey=False)
    assert np.abs(deep - shallow * 257.0).max() < 257
    ramp = np.repeat(np.arange(30000, 34000, dtype=np.uint16).reshape(1, -1, 1), 3, axis=2)
    smooth, _ = to_srgb(ramp, icc, grey=False)
    assert np.diff(smooth[0, :, 1].astype(int)).max() <= 3
    assert len(np.unique(smooth[..., 1])) > 1000


def test_table_profiles_for_input_only_are_not_written(made: "type[Made]") -> None:
    for dtype in (np.uint8, np.uint16):
        pixels = made.noise(3, 3, 3, dtype)
        out, kept = from_srgb(pixels, made.table_profile(), grey=False)
        np.testing.assert_array_equal(out, pixels)
        assert kept is None


def test_flat_toe_keeps_black_black(made: "type[Made]") -> None:
    toe = b"curv\0\0\0\0\0\0\0\x05" + np.array([0, 0, 9000, 30000, 65535], ">u2").tobytes()
    out, _ = from_srgb(np.zeros((1, 1, 3), np.uint16), made.profile(made.P3, toe), grey=False)
    assert out.max() == 0
