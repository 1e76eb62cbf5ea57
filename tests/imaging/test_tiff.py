import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from llcodec.imaging import Metadata, read_picture
from llcodec.imaging.tiff import write_tiff

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (13, 1), (131, 257), (700, 300)])
def test_exact(
    made: "type[Made]", channels: int, dtype: type[np.uint8 | np.uint16], size: tuple[int, int]
) -> None:
    if (channels, dtype) == (2, np.uint16):
        channels = 4  # Pillow does not read grey and alpha of 16 bits
    samples = made.noise(*size, channels, dtype)
    out = io.BytesIO()
    write_tiff(out, samples, Metadata())
    picture = read_picture(out.getvalue())
    colours = samples[..., : channels - 1 if channels in (2, 4) else channels]
    np.testing.assert_array_equal(picture.pixels, np.broadcast_to(colours, picture.pixels.shape))
    if channels in (2, 4):
        np.testing.assert_array_equal(picture.alpha, samples[..., -1])


def test_metadata(made: "type[Made]") -> None:
    exif = Image.Exif()
    exif[270], exif[306], exif[256], exif[259] = "dusk", "2024:01:02 03:04:05", 999, 7
    exif[34665] = {33434: 0.5, 36867: "2024:01:02 03:04:05"}
    exif[34853] = {1: "N"}
    blocks = Metadata(exif.tobytes()[6:], made.profile(made.P3), b"<x/>")
    out = io.BytesIO()
    write_tiff(out, made.noise(2, 3, 3), blocks)
    image = Image.open(out)
    read = image.getexif()
    assert image.size == (3, 2)
    assert (read[270], read[306]) == ("dusk", "2024:01:02 03:04:05")
    assert read.get_ifd(34665) == {33434: 0.5, 36867: "2024:01:02 03:04:05"}
    assert read.get_ifd(34853) == {1: "N"}
    assert image.info["icc_profile"] == blocks.icc
    assert image.info["xmp"] == blocks.xmp


def test_broken_exif_is_left_out(made: "type[Made]") -> None:
    out = io.BytesIO()
    write_tiff(out, made.noise(2, 3, 3), Metadata(exif=b"nonsense"))
    assert read_picture(out.getvalue()).metadata == Metadata()


def test_sizes_in_the_exif_of_a_tiff_on_its_side_are_turned() -> None:
    exif = Image.Exif()
    exif[271], exif[274] = "Maker", 6
    exif.get_ifd(34665).update({40962: 16, 40963: 8})
    out = io.BytesIO()
    Image.new("RGB", (16, 8)).save(out, "TIFF", exif=exif.tobytes())
    picture = read_picture(out.getvalue())
    assert (picture.width, picture.height) == (8, 16)
    assert picture.metadata.exif is not None
    kept = Image.Exif()
    kept.load(picture.metadata.exif)
    assert (kept[271], kept.get(274, 1)) == ("Maker", 1)
    assert dict(kept.get_ifd(34665)) == {40962: 8, 40963: 16}
