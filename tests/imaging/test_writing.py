import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from llcodec.errors import OutputError
from llcodec.imaging import Metadata, Picture, read_picture, write_picture

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

SIZES = [(1, 1), (1, 5), (7, 1), (131, 257)]
KINDS = [(False, False), (False, True), (True, False), (True, True)]


def _picture(
    made: "type[Made]",
    size: tuple[int, int],
    grey: bool,
    alpha: bool,
    dtype: type[np.uint8 | np.uint16] = np.uint8,
) -> Picture:
    pixels = made.noise(*size, 3, dtype)
    pixels = np.repeat(pixels[..., :1], 3, axis=2) if grey else pixels
    plane = made.noise(*size, 1, dtype, seed=1)[..., 0] // 2 if alpha else None
    return Picture(pixels, plane, grey)


def _same(left: Picture, right: Picture) -> None:
    np.testing.assert_array_equal(left.pixels, right.pixels)
    assert left.pixels.dtype == right.pixels.dtype
    assert (left.alpha is None) == (right.alpha is None)
    if left.alpha is not None:
        assert right.alpha is not None
        np.testing.assert_array_equal(left.alpha, right.alpha)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("grey", "alpha"), KINDS)
def test_lossless(
    made: "type[Made]", form: str, size: tuple[int, int], grey: bool, alpha: bool
) -> None:
    picture = _picture(made, size, grey, alpha)
    back = made.rewrite(picture, form)
    _same(back, picture)
    assert back.grey == (grey and form != "WEBP")


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("grey", "alpha"), KINDS)
def test_sixteen_bits(
    made: "type[Made]", form: str, size: tuple[int, int], grey: bool, alpha: bool
) -> None:
    picture = _picture(made, size, grey, alpha, np.uint16)
    back = made.rewrite(picture, form)
    _same(back, picture)
    assert back.grey == (grey and not (alpha and form == "TIFF"))


@pytest.mark.parametrize("form", ["WEBP", "BMP", "PPM", "TGA"])
def test_sixteen_bits_are_rounded_elsewhere(made: "type[Made]", form: str) -> None:
    picture = _picture(made, (9, 11), False, False, np.uint16)
    back = made.rewrite(picture, form)
    np.testing.assert_array_equal(back.pixels, np.rint(picture.pixels / 257))


@pytest.mark.parametrize("form", ["JPEG", "BMP", "PPM"])
@pytest.mark.parametrize("grey", [False, True])
def test_alpha_is_left_out_where_there_is_none(made: "type[Made]", form: str, grey: bool) -> None:
    colour = np.full((8, 8, 3), 90 if grey else (90, 60, 30), np.uint8)
    back = made.rewrite(Picture(colour, made.noise(8, 8, 1)[..., 0], grey), form)
    assert back.alpha is None
    assert np.abs(back.pixels.astype(int) - colour).max() <= 2


def test_quality(made: "type[Made]") -> None:
    ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)[..., None]
    picture = Picture(np.repeat(ramp, 3, axis=2) + made.noise(64, 64, 3) // 16)
    for form in ("JPEG", "AVIF", "WEBP"):
        low, high = (made.written(picture, form, quality=q) for q in (20, 90))
        assert len(low) < len(high)
    jpeg = Image.open(io.BytesIO(made.written(picture, "JPEG")))
    assert isinstance(jpeg, JpegImageFile)
    assert {layer[1:3] for layer in jpeg.layer} == {(1, 1)}
    assert np.abs(made.rewrite(picture, "AVIF").pixels.astype(int) - picture.pixels).mean() < 4


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_metadata_byte_for_byte(
    made: "type[Made]", form: str, dtype: type[np.uint8 | np.uint16]
) -> None:
    blocks = Metadata(made.exif(None if form == "AVIF" else 1), made.profile(made.P3), made.XMP % 1)
    pixels = np.full((16, 16, 3), 30000 % (np.iinfo(dtype).max + 1), dtype)
    assert made.rewrite(Picture(pixels, metadata=blocks), form).metadata == blocks


@pytest.mark.parametrize("form", ["AVIF", "TIFF"])
def test_exif_that_is_written_again(made: "type[Made]", form: str) -> None:
    picture = made.described(made.noise(16, 16, 3), exif=made.exif(1), xmp=made.XMP % 1)
    metadata = made.rewrite(picture, form).metadata
    exif = Image.Exif()
    assert metadata.exif is not None
    exif.load(metadata.exif)
    assert exif[0x010E] == "dusk..."
    assert exif.get(0x0112, 1) == 1
    assert metadata.xmp == picture.metadata.xmp


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_broken_exif_does_not_stop_it(made: "type[Made]", form: str) -> None:
    picture = made.described(made.noise(16, 16, 3), exif=b"nonsense")
    assert made.rewrite(picture, form).width == 16


def test_blocks_too_large_for_jpeg_are_left_out(made: "type[Made]") -> None:
    exif = made.exif(1, description=b"a" * 70000)
    picture = made.described(made.noise(8, 8, 3), exif=exif, xmp=b"b" * 70000)
    assert made.rewrite(picture, "JPEG").metadata == Metadata()
    assert made.rewrite(picture, "PNG").metadata == picture.metadata


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pixels_go_back_to_the_profile(
    made: "type[Made]", form: str, dtype: type[np.uint8 | np.uint16]
) -> None:
    icc = made.profile(made.ADOBE, 2.2)
    samples = made.noise(9, 9, 3, dtype) // 4 + np.iinfo(dtype).max // 3
    samples = samples.astype(dtype)
    build = made.png(samples) if dtype == np.uint16 else made.saved(Image.fromarray(samples), "PNG")
    chunked = Image.open(io.BytesIO(build))
    assert chunked.size == (9, 9)
    source = made.tiff(samples, tags=[(34675, icc)])
    picture = read_picture(source)
    again = Image.open(io.BytesIO(made.written(picture, form)))
    assert again.info["icc_profile"] == icc
    if dtype == np.uint8:
        assert np.abs(np.asarray(again).astype(int) - samples).max() <= 2
    back = made.rewrite(picture, form)
    assert np.abs(back.pixels.astype(int) - picture.pixels).max() <= 2


def test_formats_without_profiles_get_srgb(made: "type[Made]") -> None:
    picture = made.described(made.noise(4, 4, 3), icc=made.profile(made.P3))
    np.testing.assert_array_equal(made.rewrite(picture, "BMP").pixels, picture.pixels)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("alpha", [False, True])
def test_grey_profiles(made: "type[Made]", form: str, alpha: bool) -> None:
    icc = made.profile(curve=1.8)
    pixels = np.full((16, 16, 3), 100, np.uint8)
    plane = np.full((16, 16), 200, np.uint8) if alpha else None
    back = made.rewrite(Picture(pixels, plane, True, Metadata(icc=icc)), form)
    assert np.abs(back.pixels.astype(int) - 100).max() <= 2
    assert back.metadata.icc == (None if form in ("WEBP", "AVIF") else icc)


def test_metadata_of_deep_grey_and_alpha(made: "type[Made]") -> None:
    pixels = np.full((4, 4, 3), 25700, np.uint16)
    plane = np.full((4, 4), 300, np.uint16)
    picture = Picture(pixels, plane, True, Metadata(icc=made.profile(curve=1.8)))
    for form, kept in (("PNG", True), ("TIFF", False)):
        back = made.rewrite(picture, form)
        assert (back.metadata.icc is not None) == kept
        assert np.abs(back.pixels.astype(int) - 25700).max() <= 1
        np.testing.assert_array_equal(back.alpha, plane)


def test_formats_that_cannot(made: "type[Made]") -> None:
    picture = _picture(made, (4, 4), False, False)
    out = io.BytesIO()
    for form in ("XBM", "MSP"):
        with pytest.raises(OutputError, match=f"{form} cannot hold this picture"):
            write_picture(picture, out, format=form)
    with pytest.raises(OutputError, match="no picture can be written as"):
        write_picture(picture, out, format="XYZ")
    wide = Picture(np.zeros((1, 20000, 3), np.uint8))
    with pytest.raises(OutputError, match="WEBP cannot hold this picture"):
        write_picture(wide, out, format="WEBP")
    assert out.getvalue() == b""


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_levels_of_png(made: "type[Made]", kind: type[np.uint8 | np.uint16]) -> None:
    white = np.iinfo(kind).max
    smooth = np.add.outer(np.arange(120), np.arange(160))[..., None] * (white // 400)
    noise = made.noise(120, 160, 3, kind) // (white // 5)
    picture = Picture((smooth + noise).astype(kind))
    files = {level: made.written(picture, "PNG", png_level=level) for level in (None, 0, 1, 4, 9)}
    for data in files.values():
        np.testing.assert_array_equal(read_picture(data).pixels, picture.pixels)
    sizes = {level: len(data) for level, data in files.items()}
    assert sizes[0] > 120 * 160 * 3 * picture.pixels.itemsize
    assert sizes[None] <= 1.2 * sizes[4] < sizes[0]
    assert sizes[9] <= sizes[1] < sizes[0]
    for level in (-1, 10):
        with pytest.raises(OutputError, match="must be from 0 to 9"):
            made.written(picture, "PNG", png_level=level)


def test_target_that_fails(made: "type[Made]", tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.touch()
    with path.open("rb") as closed, pytest.raises(OutputError, match="cannot be written"):
        write_picture(_picture(made, (4, 4), False, False), closed, format="PNG")
