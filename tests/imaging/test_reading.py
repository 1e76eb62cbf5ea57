import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from llcodec._metadata import Resolution
from llcodec.errors import InputError, TooManyPixelsError, UnreadableImageError
from llcodec.imaging import Metadata, Picture, from_pil, read_picture

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

LOSSLESS = ["PNG", "BMP", "TIFF", "WEBP", "PPM", "TGA", "JPEG2000", "QOI", "SGI"]


@pytest.mark.parametrize("form", LOSSLESS)
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (257, 131)])
def test_lossless_formats(made: "type[Made]", form: str, size: tuple[int, int]) -> None:
    samples = made.noise(*size, 3)
    options = {"lossless": True} if form == "WEBP" else {}
    picture = read_picture(made.saved(Image.fromarray(samples), form, **options))
    np.testing.assert_array_equal(picture.pixels, samples)
    resolution = Resolution(3780, 3780) if form == "BMP" else None  # what Pillow writes
    expected = Metadata(resolution=resolution)
    assert (picture.alpha, picture.grey, picture.metadata) == (None, False, expected)


@pytest.mark.parametrize("form", ["JPEG", "AVIF", "GIF"])
def test_lossy_formats(made: "type[Made]", form: str) -> None:
    samples = np.full((33, 40, 3), (40, 90, 160), np.uint8)
    picture = read_picture(made.saved(Image.fromarray(samples), form))
    assert np.abs(picture.pixels.astype(int) - samples).max() <= 4


def test_sources(made: "type[Made]", tmp_path: Path) -> None:
    samples = made.noise(4, 5, 3)
    data = made.saved(Image.fromarray(samples), "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    late = io.BytesIO(b"junk" + data)
    late.seek(4)
    for source in (path, data, io.BytesIO(data), late):
        np.testing.assert_array_equal(read_picture(source).pixels, samples)


def test_named_pipe(made: "type[Made]", tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    data = made.png(made.noise(4, 5, 3, np.uint16))
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    assert read_picture(path).sixteen_bit
    writer.join()


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="cannot be read: No such file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(UnreadableImageError, match="cannot be read: Is a directory"):
        read_picture(tmp_path)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(made: "type[Made]", form: str, orientation: int) -> None:
    """A picture turned away and tagged comes back upright, whoever does the turning."""
    scene = np.zeros((16, 32, 3), np.uint8)
    scene[:8, :16], scene[:8, 16:], scene[8:, :16] = (200, 20, 20), (20, 200, 20), (20, 20, 200)
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    image = Image.fromarray(scene)
    image = image if undo is None else image.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Maker"
    picture = read_picture(made.saved(image, form, exif=exif, quality=95))
    assert picture.pixels.shape == scene.shape
    middle = picture.pixels[4::8, 4::8].astype(int) - scene[4::8, 4::8]
    assert np.abs(middle).max() < 25
    kept = Image.Exif()
    assert picture.metadata.exif is not None
    kept.load(picture.metadata.exif)
    assert kept.get(0x0112, 1) == 1
    assert kept[0x010F] == "Maker"


def test_alpha_is_turned_too(made: "type[Made]") -> None:
    samples = made.noise(3, 5, 4)
    picture = read_picture(made.saved(Image.fromarray(samples), "PNG", exif=made.exif(6)))
    np.testing.assert_array_equal(picture.alpha, np.rot90(samples[..., 3], -1))


def test_broken_metadata_is_dropped(made: "type[Made]") -> None:
    chunks = [(b"iCCP", b"x\0\0" + zlib.compress(b"no profile")), (b"eXIf", b"no exif")]
    samples = made.noise(3, 4, 3)
    picture = read_picture(made.png(samples, bits=8, chunks=chunks))
    np.testing.assert_array_equal(picture.pixels, samples)
    assert picture.metadata == Metadata()


def test_profile_is_applied_and_kept(made: "type[Made]") -> None:
    icc = made.profile(made.P3)
    image = Image.new("RGB", (2, 2), (200, 100, 50))
    picture = read_picture(made.saved(image, "PNG", icc_profile=icc))
    assert picture.metadata.icc == icc
    expected = ImageCms.profileToProfile(
        image,
        io.BytesIO(icc),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    assert expected is not None
    assert tuple(picture.pixels[0, 0]) == expected.getpixel((0, 0))
    assert expected.getpixel((0, 0)) != (200, 100, 50)


def test_cmyk_profile_is_not_kept(made: "type[Made]") -> None:
    data = made.saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF", icc_profile=b"junk")
    picture = read_picture(data)
    assert picture.metadata.icc is None
    assert picture.pixels[0, 0].tolist() == [255, 0, 0]


def test_first_frame(made: "type[Made]") -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    for form in ("GIF", "PNG", "WEBP", "TIFF"):
        options = {"lossless": True} if form == "WEBP" else {}
        data = made.saved(frames[0], form, save_all=True, append_images=frames[1:], **options)
        assert read_picture(data).pixels[0, 0].tolist() == [255, 0, 0]


def test_gif_transparency(made: "type[Made]") -> None:
    image = Image.new("RGBA", (4, 4), (200, 30, 30, 255))
    image.putpixel((1, 1), (0, 0, 0, 0))
    alpha = read_picture(made.saved(image, "GIF")).alpha
    assert alpha is not None
    assert alpha[1, 1] == 0
    assert alpha.sum() == 15 * 255


# Pillow images


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV"]
)
def test_from_pil_takes_every_mode(mode: str) -> None:
    picture = from_pil(Image.new(mode, (3, 2)))
    assert picture.pixels.shape == (2, 3, 3)
    assert picture.pixels.dtype == np.uint8


def test_from_pil_keeps_sixteen_bits_of_unloaded_images(made: "type[Made]") -> None:
    samples = made.noise(4, 5, 3, np.uint16)
    for data in (made.png(samples), made.tiff(samples)):
        with Image.open(io.BytesIO(data)) as image:
            np.testing.assert_array_equal(from_pil(image).pixels, samples)
            image.load()  # the caller's image still works
            assert from_pil(image).pixels.dtype == np.uint8


def test_from_pil_turns_and_limits(made: "type[Made]") -> None:
    samples = made.noise(3, 5, 3)
    image = Image.open(io.BytesIO(made.saved(Image.fromarray(samples), "PNG", exif=made.exif(8))))
    np.testing.assert_array_equal(from_pil(image).pixels, np.rot90(samples))
    with pytest.raises(TooManyPixelsError):
        from_pil(image, max_pixels=14)


def test_from_pil_of_a_tiff_whose_file_is_gone(made: "type[Made]") -> None:
    data = made.tiff(made.noise(3, 5, 3), tags=[(271, "Maker"), (274, 6)])
    with Image.open(io.BytesIO(data)) as image:
        image.load()
    assert from_pil(image).width == 3


# hostile files


def _samples_of_every_kind(made: "type[Made]") -> Iterator[bytes]:
    image = Image.fromarray(made.noise(24, 30, 3))
    blocks = {"exif": made.exif(6), "icc_profile": made.profile(made.P3)}
    for form in ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "JPEG2000", "PPM", "TGA"):
        yield made.saved(image, form, **(blocks if form in "PNG JPEG WEBP AVIF TIFF" else {}))
    deep = made.noise(24, 30, 3, np.uint16)
    yield made.png(deep)
    yield made.tiff(deep)
    yield made.tiff(deep, deflate=True)


def test_truncated(made: "type[Made]") -> None:
    for data in _samples_of_every_kind(made):
        for length in [*range(0, 200, 9), *range(200, len(data) - 30, max(1, len(data) // 40))]:
            _unharmed(data[:length])


def test_truncated_pixels_are_an_error(made: "type[Made]") -> None:
    image = Image.fromarray(made.noise(24, 30, 3))
    for form in ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "BMP", "PPM"):
        data = made.saved(image, form)
        with pytest.raises(UnreadableImageError) as caught:
            read_picture(data[: len(data) * 2 // 3])
        assert "\n" not in str(caught.value)


def test_flipped_bytes(made: "type[Made]") -> None:
    rng = np.random.default_rng(5)
    for data in _samples_of_every_kind(made):
        for _ in range(40):
            broken = bytearray(data)
            for place in rng.integers(0, min(len(data), 400), 3):
                broken[place] = rng.integers(256)
            _unharmed(bytes(broken))


@settings(max_examples=60)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"II*\0", b"BM", b"P6 "])
)
def test_random_bytes(data: bytes, start: bytes) -> None:
    _unharmed(start + data)


def _unharmed(data: bytes) -> None:
    """Reading gives a picture or an InputError, and never a warning (they are errors here)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = _read_or_message(data)
    if isinstance(picture, str):
        assert "\n" not in picture
    else:
        assert picture.width * picture.height <= 1_000_000
    assert not [w for w in caught if not issubclass(w.category, ResourceWarning)]


def _read_or_message(data: bytes) -> Picture | str:
    try:
        return read_picture(data, max_pixels=1_000_000)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("data", [b"", b"\0", b"hello", b"<svg/>", bytes(1000)])
def test_not_an_image(data: bytes) -> None:
    with pytest.raises(UnreadableImageError, match="not an image that can be read"):
        read_picture(data)


def test_bombs() -> None:
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )
    png += b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    for bomb in (png, b"P6 60000 60000 255\n", b"P6 60000 60000 65535\n"):
        with pytest.raises(TooManyPixelsError, match="60000×60000"):
            read_picture(bomb)


def test_limits_beside_pillows(made: "type[Made]", monkeypatch: pytest.MonkeyPatch) -> None:
    """Above Pillow's warning and above its error, and no trace of either."""
    data = made.png(np.zeros((1000, 1200, 3), np.uint16))
    for limit in (1_000_000, 550_000):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        assert read_picture(data).width == 1200
        with pytest.raises(TooManyPixelsError, match="1200×1000 is 1,200,000 pixels"):
            read_picture(data, max_pixels=1_199_999)
        assert limit == Image.MAX_IMAGE_PIXELS


def test_where_pillow_insists_on_its_limit(
    made: "type[Made]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(TooManyPixelsError, match=r"refuses .* above 200 pixels"):
        read_picture(made.tiff(made.noise(20, 20, 3)))


@pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_orientation_of_the_xmp_alone_is_applied_once(made: "type[Made]", form: str) -> None:
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:, :16] = 200
    xmp = made.XMP % 6
    data = made.written(made.described(pixels, xmp=xmp), form)
    turned = read_picture(data)
    assert turned.pixels.shape == (32, 16, 3)
    assert turned.pixels[2:14].mean() > 190
    assert turned.metadata.xmp is not None
    assert b'"6"' not in turned.metadata.xmp
    again = made.rewrite(turned, form)
    assert again.pixels.shape == (32, 16, 3)
