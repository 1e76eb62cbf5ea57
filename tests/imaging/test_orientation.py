from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageOps

from llcodec.imaging.orientation import apply_orientation

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("channels", [1, 3])
def test_as_pillow_turns(made: "type[Made]", orientation: int, channels: int) -> None:
    samples = made.noise(3, 5, channels)
    samples = samples[..., 0] if channels == 1 else samples
    image = Image.fromarray(samples)
    image.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    turned = apply_orientation(samples, orientation)
    np.testing.assert_array_equal(turned, expected)
    assert turned.flags.c_contiguous
