import numpy as np
import pytest
from PIL import Image, ImageCms

from llcodec.imaging.modes import mode_converter


@pytest.mark.parametrize(
    ("mode", "target"),
    [
        ("1", "L"),
        ("L", "L"),
        ("LA", "LA"),
        ("La", "LA"),
        ("PA", "RGBA"),
        ("RGB", "RGB"),
        ("RGBX", "RGB"),
        ("RGBA", "RGBA"),
        ("RGBa", "RGBA"),
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
        ("LAB", "RGB"),
    ],
)
def test_targets(mode: str, target: str) -> None:
    image = Image.new(mode, (2, 2))
    found, convert = mode_converter(image)
    assert found == target
    assert convert(image).mode == target


def test_palettes() -> None:
    image = Image.new("P", (2, 2))
    image.putpalette([1, 2, 3, 4, 5, 6])
    assert mode_converter(image)[0] == "RGB"
    image.info["transparency"] = 1
    assert mode_converter(image)[0] == "RGBA"
    image.putpalette([7, 7, 7, 9, 9, 9])
    assert mode_converter(image)[0] == "LA"
    del image.info["transparency"]
    target, convert = mode_converter(image)
    assert target == "L"
    assert np.asarray(convert(image)).tolist() == [[7, 7], [7, 7]]


def test_lab_is_converted() -> None:
    lab = ImageCms.ImageCmsTransform(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")),
        "RGB",
        "LAB",
    ).apply(Image.new("RGB", (1, 1), (200, 100, 50)))
    rgb = np.asarray(mode_converter(lab)[1](lab)).astype(int)
    assert np.abs(rgb - [200, 100, 50]).max() <= 2


def test_broken_cmyk_profile_is_passed_over() -> None:
    image = Image.new("CMYK", (1, 1), (0, 255, 255, 0))
    image.info["icc_profile"] = b"no profile"
    target, convert = mode_converter(image)
    assert target == "RGB"
    assert convert(image).getpixel((0, 0)) == image.convert("RGB").getpixel((0, 0))
