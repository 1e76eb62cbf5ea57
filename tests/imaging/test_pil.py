from typing import TYPE_CHECKING

import numpy as np
import pytest

from llcodec.imaging import Metadata, Picture, from_pil, to_pil

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


@pytest.mark.parametrize(
    ("grey", "alpha", "mode"),
    [(False, False, "RGB"), (False, True, "RGBA"), (True, False, "L"), (True, True, "LA")],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_there_and_back(
    made: "type[Made]", grey: bool, alpha: bool, mode: str, dtype: type[np.uint8 | np.uint16]
) -> None:
    pixels = made.noise(5, 7, 3, dtype)
    pixels = np.repeat(pixels[..., :1], 3, axis=2) if grey else pixels
    plane = made.noise(5, 7, 1, dtype, seed=1)[..., 0] if alpha else None
    image = to_pil(Picture(pixels, plane, grey))
    if (mode, dtype) == ("L", np.uint16):
        assert image.mode == "I;16"
    else:
        assert image.mode == mode
        pixels = np.rint(pixels / (257 if dtype == np.uint16 else 1))
        plane = None if plane is None else np.rint(plane / (257 if dtype == np.uint16 else 1))
    back = from_pil(image)
    assert back.grey == grey
    np.testing.assert_array_equal(back.pixels, pixels)
    if alpha:
        np.testing.assert_array_equal(back.alpha, plane)


def test_metadata(made: "type[Made]") -> None:
    pixels = made.noise(2, 2, 3)
    blocks = Metadata(made.exif(1), made.profile(made.SRGB), b"<x/>")
    assert from_pil(to_pil(Picture(pixels, metadata=blocks))).metadata == blocks


def test_only_the_profile_of_the_pixels_is_handed_on(made: "type[Made]") -> None:
    image = to_pil(made.described(made.noise(2, 2, 3), icc=made.profile(made.P3)))
    assert "icc_profile" not in image.info
