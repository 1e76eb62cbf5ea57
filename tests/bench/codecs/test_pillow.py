"""That options do what they are meant to: colour, tuning, progressive files."""

import importlib.util
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, features

from llcodec._arrays import Pixels
from llcodec.bench.codecs.pillow import HeicCodec, JxlCodec, PillowCodec, PngCodec, avif, jpeg, webp
from llcodec.bench.interfaces import bits_per_pixel
from llcodec.errors import InputError, QualityError, UnreadableImageError
from llcodec.metrics import psnr


def stripes() -> Pixels:
    """Columns of red and blue, one pixel each: half the columns' colour is lost in 4:2:0."""
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, ::2, 0] = 200
    pixels[:, 1::2, 2] = 200
    return pixels


@pytest.mark.parametrize(("whole", "halved"), [(jpeg("4:4:4"), jpeg()), (avif(), avif("4:2:0"))])
def test_only_whole_colour_keeps_fine_colour(whole: PillowCodec, halved: PillowCodec) -> None:
    pixels = stripes()
    scores = [psnr(codec.decode(codec.encode(pixels, 95)), pixels) for codec in (whole, halved)]
    assert scores[0] > 25 > 20 > scores[1]
    assert (whole.chroma, halved.chroma) == ("4:4:4", "4:2:0")


def test_jpeg_is_progressive_and_subsampled_as_it_says(photo: Pixels) -> None:
    for codec, sampling in ((jpeg(), (2, 2)), (jpeg("4:4:4"), (1, 1))):
        with Image.open(BytesIO(codec.encode(photo, 75))) as image:
            assert image.info["progressive"]
            assert image.layer[0][1:3] == sampling  # type: ignore[attr-defined]


def test_jpeg_beats_pillows_defaults(photo: Pixels) -> None:
    plain = BytesIO()
    Image.fromarray(photo).save(plain, "JPEG", quality=75)
    assert len(jpeg().encode(photo, 75)) < len(plain.getvalue())


def test_jpeg_of_known_quality_is_jpeg_as_known(photo: Pixels) -> None:
    data = jpeg().encode(photo, 75)
    assert 0.8 < bits_per_pixel(data, photo) < 2.5
    assert 30 < psnr(jpeg().decode(data), photo) < 40


def test_avif_is_tuned_for_squared_error(photo: Pixels) -> None:
    tuned = avif()
    plain = BytesIO()
    Image.fromarray(photo).save(plain, "AVIF", quality=50, **dict(tuned.options))
    files = [tuned.encode(photo, quality) for quality in (35, 45, 55)]
    at_equal_size = np.interp(
        np.log(len(plain.getvalue())),
        np.log([len(data) for data in files]),
        [psnr(tuned.decode(data), photo) for data in files],
    )
    assert at_equal_size > psnr(tuned.decode(plain.getvalue()), photo) + 0.3


def test_avif_is_the_same_whatever_the_machine(photo: Pixels) -> None:
    settings = avif().settings()
    assert settings.parameters["max_threads"] == 1
    assert settings.parameters["tune"] == "psnr"
    assert settings.versions["libavif"] == features.version("avif")


def test_slower_avif_is_better_at_equal_quality(photo: Pixels) -> None:
    quick, slow = avif(speed=9), avif(speed=4)
    gain = [
        psnr(c.decode(c.encode(photo, 50)), photo) - 4 * np.log2(len(c.encode(photo, 50)))
        for c in (quick, slow)
    ]
    assert gain[1] > gain[0]


def test_new_formats_need_fewer_bits_than_jpeg(photo: Pixels) -> None:
    """At a PSNR that JPEG reaches with quality 55, AVIF takes a third less, WebP less."""
    goal = psnr(jpeg().decode(jpeg().encode(photo, 55)), photo)
    size = len(jpeg().encode(photo, 55))
    for codec, most in ((webp(), 1.0), (avif(), 0.67)):
        sizes = (
            len(data)
            for data in (codec.encode(photo, q) for q in range(30, 91, 3))
            if psnr(codec.decode(data), photo) >= goal
        )
        assert next(sizes) < most * size


def test_lowest_qualities() -> None:
    with pytest.raises(QualityError, match="from 1 to 100"):
        jpeg().encode(stripes(), 0)
    assert webp().encode(stripes(), 0)
    assert avif().encode(stripes(), 0)


def test_pictures_that_are_too_large_for_a_format() -> None:
    wide = np.zeros((1, 65536, 3), np.uint8)
    for codec in (jpeg(), webp()):
        with pytest.raises(InputError, match=f"{codec.name} cannot code this picture"):
            codec.encode(wide, 50)


def test_nothing_is_lost(photo: Pixels) -> None:
    codec = PngCodec()
    (quality,) = codec.qualities
    np.testing.assert_array_equal(codec.decode(codec.encode(photo, quality)), photo)


def test_other_qualities_and_bytes_are_refused(photo: Pixels) -> None:
    with pytest.raises(QualityError):
        PngCodec().encode(photo, 50)
    with pytest.raises(UnreadableImageError):
        PngCodec().decode(jpeg().encode(photo, 50))


needs_heif = pytest.mark.skipif(
    importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is an extra"
)


@needs_heif
def test_files_are_heic_by_x265(photo: Pixels) -> None:
    codec = HeicCodec()
    assert codec.encode(photo, 50)[4:12] == b"ftypheic"
    assert "x265" in codec.settings().versions["x265"]
    assert codec.settings().parameters["tune"] == "psnr"


@needs_heif
def test_whole_colour_is_kept_when_it_is_asked_for(photo: Pixels) -> None:
    pixels = photo.copy()
    pixels[::2, :, 0] = 255 - pixels[::2, :, 0]  # rows whose colour alternates
    scores = []
    for codec in (HeicCodec("4:4:4"), HeicCodec()):
        scores.append(psnr(codec.decode(codec.encode(pixels, 80)), pixels))
    assert scores[0] > scores[1] + 5


@needs_heif
def test_one_file_after_the_other_is_the_same(photo: Pixels) -> None:
    """pillow-heif writes into the options that it is given."""
    codec = HeicCodec("4:4:4")
    assert codec.encode(photo, 30) == codec.encode(photo, 30)
    assert HeicCodec().encode(photo, 30) != codec.encode(photo, 30)


def test_heic_names_its_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[bench\]"'):
        HeicCodec()


needs_jxl = pytest.mark.skipif(
    importlib.util.find_spec("pillow_jxl") is None, reason="pillow-jxl-plugin is an extra"
)


@needs_jxl
def test_files_are_jpeg_xl(photo: Pixels) -> None:
    codec = JxlCodec()
    data = codec.encode(photo, 90)
    assert data.startswith(b"\xff\x0a")  # a bare codestream: no bytes for boxes
    assert psnr(codec.decode(data), photo) > 34


@needs_jxl
def test_more_effort_makes_other_files(photo: Pixels) -> None:
    quick, slow = JxlCodec(effort=3), JxlCodec()
    assert quick.settings().parameters["effort"] == 3
    assert quick.encode(photo, 75) != slow.encode(photo, 75)


def test_jxl_names_its_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[bench\]"'):
        JxlCodec()
