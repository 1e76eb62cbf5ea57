"""What all codecs promise, of every one that runs here."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.bench.codecs.registry import CodecOptions, codec_of
from llcodec.bench.interfaces import BenchCodec, bits_per_pixel, check_pixels, integer_quality
from llcodec.errors import InputError, QualityError, UnreadableImageError
from llcodec.metrics import psnr

NAMES = (
    *("jpeg", "jpeg444", "webp", "avif", "avif420", "jxl", "heic", "heic444", "vvc-fast"),
    *("vtm", "vtm-10bit", "joint"),
)
BRIGHTENS = {"joint"}


@pytest.fixture(params=NAMES)
def make(request: pytest.FixtureRequest) -> Callable[[], BenchCodec]:
    """Makes the same codec anew, so that nothing but bytes goes from one to the next."""
    name: str = request.param
    request.getfixturevalue("need_codec")(name)
    folder = request.getfixturevalue("vtm_folder") if name.startswith("vtm") else None
    return lambda: codec_of(name, CodecOptions(vtm=folder))


def test_files_say_all_that_a_fresh_codec_needs(
    make: Callable[[], BenchCodec], photo: Pixels
) -> None:
    coder = make()
    middle = coder.qualities[len(coder.qualities) // 2]
    data = coder.encode(photo, middle)
    assert data == make().encode(photo, middle)
    back = make().decode(data)
    assert back.dtype == np.uint8
    assert back.shape == photo.shape
    np.testing.assert_array_equal(back, coder.decode(data))
    if coder.name not in BRIGHTENS:
        assert psnr(back, photo) > 25


def test_qualities_go_from_small_files_to_good_ones(
    make: Callable[[], BenchCodec], photo: Pixels
) -> None:
    codec = make()
    assert len(codec.qualities) >= 7
    ladder = codec.qualities[0], codec.qualities[3], codec.qualities[-1]
    files = [codec.encode(photo, quality) for quality in ladder]
    rates = [bits_per_pixel(data, photo) for data in files]
    assert rates == sorted(rates)
    assert rates[0] < 1 < rates[-1] / rates[0]
    if codec.name not in BRIGHTENS:
        scores = [psnr(codec.decode(data), photo) for data in files]
        assert scores == sorted(scores)
        assert scores[-1] > 32


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (17, 35), (64, 33)])
def test_all_sizes_come_back(
    make: Callable[[], BenchCodec], photo: Pixels, size: tuple[int, int]
) -> None:
    height, width = size
    codec = make()
    pixels = np.ascontiguousarray(photo[40 : 40 + height, 60 : 60 + width])
    best = codec.qualities[-1]
    back = codec.decode(codec.encode(pixels, best))
    assert back.shape == pixels.shape
    if codec.name not in BRIGHTENS:
        assert psnr(back, pixels) > 28


def test_other_bytes_are_refused(make: Callable[[], BenchCodec], photo: Pixels) -> None:
    codec = make()
    foreign = codec_of("webp" if codec.name.startswith("jpeg") else "jpeg").encode(photo, 50)
    own = codec.encode(photo[:40, :40].copy(), codec.qualities[0])
    for data in (b"", b"no picture", foreign, own[: len(own) // 3]):
        with pytest.raises(UnreadableImageError) as caught:
            codec.decode(data)
        assert "\n" not in str(caught.value)


def test_other_qualities_and_pixels_are_refused(
    make: Callable[[], BenchCodec], photo: Pixels
) -> None:
    codec = make()
    for quality in (-1.0, 101.0, float("nan"), float("inf")):
        with pytest.raises(QualityError):
            codec.encode(photo, quality)
    for wrong in (photo[..., 0], photo.astype(np.uint16), photo[:0], photo[..., [0, 1, 2, 0]]):
        with pytest.raises(InputError, match="H×W×3"):
            codec.encode(wrong, codec.qualities[0])  # type: ignore[arg-type]


def test_settings_can_be_written_and_name_no_place(make: Callable[[], BenchCodec]) -> None:
    settings = make().settings()
    assert settings.chroma in ("4:4:4", "4:2:0", "RGB")
    assert settings.versions
    assert all(settings.versions.values())
    text = json.dumps(asdict(settings))
    for place in (Path.cwd(), Path.home(), tempfile.gettempdir()):
        assert str(place) not in text


def test_rates_count_every_byte() -> None:
    assert bits_per_pixel(b"12345", np.zeros((4, 5, 3), np.uint8)) == 2.0


def test_pictures_have_three_channels_of_eight_bits() -> None:
    check_pixels(np.zeros((1, 1, 3), np.uint8))
    with pytest.raises(InputError, match="uint16"):
        check_pixels(np.zeros((1, 1, 3), np.uint16))


def test_whole_qualities() -> None:
    assert integer_quality("x", 7.0, 0, 63) == 7
    for wrong in (7.5, -1, 64, float("nan"), float("inf")):
        with pytest.raises(QualityError, match="must be an integer from 0 to 63"):
            integer_quality("x", wrong, 0, 63)
