import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llcodec._metadata import Metadata, Resolution
from llcodec.imaging import Picture, read_picture, to_pil, write_picture
from tests.dng import dng

PRINT = Resolution(11811, 5906)  # 300 and 150 dpi


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 8)).save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP"])
def test_it_is_read(form: str) -> None:
    found = read_picture(saved(form, dpi=(300, 150))).metadata.resolution
    assert found is not None
    assert found.dpi == pytest.approx((300, 150), abs=0.02)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "GIF"])
def test_files_without_one_have_none(form: str) -> None:
    assert read_picture(saved(form)).metadata.resolution is None


def test_jfif_counts_by_the_centimetre_too() -> None:
    data = saved("JPEG", dpi=(118, 59)).replace(b"JFIF\0\1\1\1", b"JFIF\0\1\1\2", 1)
    assert read_picture(data).metadata.resolution == Resolution(11800, 5900)
    shape = saved("JPEG", dpi=(2, 1)).replace(b"JFIF\0\1\1\1", b"JFIF\0\1\1\0", 1)
    assert read_picture(shape).metadata.resolution is None  # pixels that are not square


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_it_is_written(form: str, kind: type[np.uint8 | np.uint16]) -> None:
    picture = Picture(np.zeros((8, 16, 3), kind), metadata=Metadata(resolution=PRINT))
    out = io.BytesIO()
    assert write_picture(picture, out, format=form) == ()
    with Image.open(out) as image:
        assert image.info["dpi"] == pytest.approx((300, 150), abs=0.02)
    assert read_picture(out.getvalue()).metadata.resolution == PRINT
    assert to_pil(picture).info["dpi"] == pytest.approx((300, 150), abs=0.02)


def test_it_turns_with_the_picture() -> None:
    exif = Image.Exif()
    exif[274] = 6
    picture = read_picture(saved("PNG", dpi=(300, 150), exif=exif.tobytes()))
    assert picture.metadata.resolution == Resolution(PRINT.y, PRINT.x)


def test_other_formats_say_that_they_cannot() -> None:
    picture = Picture(np.zeros((8, 16, 3), np.uint8), metadata=Metadata(resolution=PRINT))
    lines = write_picture(picture, io.BytesIO(), format="WEBP")
    assert lines == ("left out, since WEBP cannot hold it: resolution",)


@pytest.mark.extra("rawpy")
def test_raw_files_have_none() -> None:
    assert read_picture(dng(np.zeros((60, 120)))).metadata.resolution is None
