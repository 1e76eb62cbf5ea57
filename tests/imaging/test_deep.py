import io
import itertools
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from llcodec.errors import UnreadableImageError
from llcodec.imaging import read_picture
from llcodec.imaging.deep import deep_rawmode

if TYPE_CHECKING:
    from tests.imaging.conftest import Made

SIZES = [(1, 1), (3, 2), (131, 257)]


def _check(data: bytes, samples: NDArray[np.uint16]) -> None:
    picture = read_picture(data)
    channels = samples.shape[2]
    colours = samples[..., : channels - 1 if channels in (2, 4) else channels]
    assert picture.pixels.dtype == np.uint16
    assert picture.grey == (channels < 3)
    np.testing.assert_array_equal(picture.pixels, np.broadcast_to(colours, picture.pixels.shape))
    if channels in (2, 4):
        np.testing.assert_array_equal(picture.alpha, samples[..., -1])
    else:
        assert picture.alpha is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("interlace", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png(made: "type[Made]", channels: int, interlace: bool, size: tuple[int, int]) -> None:
    samples = made.noise(*size, channels, np.uint16)
    _check(made.png(samples, interlace=interlace), samples)


@pytest.mark.parametrize("channels", [1, 3])
def test_png_colour_key_needs_all_bits(made: "type[Made]", channels: int) -> None:
    samples = np.zeros((1, 3, channels), np.uint16)
    samples[0, :, 0] = [0x1234, 0x1235, 0x1334]
    picture = read_picture(made.png(samples, trns=samples[0, 0].astype(">u2").tobytes()))
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[0, 65535, 65535]]


@pytest.mark.parametrize(
    ("order", "deflate", "size"), list(itertools.product("<>", [False, True], SIZES))
)
@pytest.mark.parametrize(("channels", "extra"), [(3, None), (4, None), (4, 0), (4, 2)])
def test_tiff(
    made: "type[Made]",
    channels: int,
    extra: int | None,
    order: Literal["<", ">"],
    deflate: bool,
    size: tuple[int, int],
) -> None:
    samples = made.noise(*size, channels, np.uint16)
    data = made.tiff(samples, order=order, deflate=deflate, extra=extra)
    _check(data, samples[..., :3] if extra == 0 else samples)


def test_tiff_grey(made: "type[Made]") -> None:
    samples = made.noise(3, 5, 1, np.uint16)
    _check(made.tiff(samples, photo=1), samples)
    _check(made.tiff(samples, photo=1, order=">"), samples)
    _check(made.tiff(65535 - samples, photo=0), samples)


def test_tiff_of_twelve_bits() -> None:
    packed = bytes([0x00, 0x0F, 0xFF, 0x80, 0x00, 0x01])  # 0, 4095, 2048, 1
    tags = [(256, 4), (257, 1), (258, 12), (259, 1), (262, 1), (273, 122), (278, 1), (279, 6)]
    out = b"II*\0" + (8).to_bytes(4, "little") + len(tags).to_bytes(2, "little")
    for tag, value in tags:
        out += tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
    out += bytes(122 - len(out)) + packed
    out = out.replace(b"\x02\x01\4\0", b"\x02\x01\3\0")  # bits per sample is a SHORT
    picture = read_picture(out)
    assert picture.pixels[0, :, 0].tolist() == [0, 65535, 32776, 16]


@pytest.mark.parametrize("deflate", [False, True])
def test_premultiplied_tiff(made: "type[Made]", deflate: bool) -> None:
    alpha = np.array([[[65535], [32768], [3], [0]]], np.uint16)
    colour = np.array([[[1000, 65535, 0], [500, 32768, 1], [3, 2, 1], [0, 0, 0]]], np.uint16)
    data = made.tiff(np.concatenate([colour, alpha], 2), deflate=deflate, extra=1)
    picture = read_picture(data)
    np.testing.assert_array_equal(picture.alpha, alpha[..., 0])
    expected = np.rint(colour * 65535.0 / np.maximum(alpha, 1))
    assert np.abs(picture.pixels - expected).max() <= 1
    assert picture.pixels[0, 1].tolist() == [1000, 65535, 2]


@pytest.mark.parametrize("deflate", [False, True])
def test_planar_is_refused(made: "type[Made]", deflate: bool) -> None:
    data = made.tiff(made.noise(2, 3, 3, np.uint16), planar=2, deflate=deflate)
    with pytest.raises(UnreadableImageError, match="interleaved"):
        read_picture(data)


def test_planar_of_eight_bits(made: "type[Made]") -> None:
    samples = made.noise(4, 3, 3)
    picture = read_picture(made.tiff(samples, planar=2))
    np.testing.assert_array_equal(picture.pixels, samples)


@pytest.mark.parametrize("maxval", [65535, 4095, 1000, 256])
def test_ppm(made: "type[Made]", maxval: int) -> None:
    samples = (made.noise(5, 4, 3, np.uint16).astype(int) % (maxval + 1)).astype(np.uint16)
    picture = read_picture(b"P6\n4 5\n%d\n" % maxval + samples.astype(">u2").tobytes())
    np.testing.assert_array_equal(picture.pixels, np.floor(samples * 65535.0 / maxval + 0.5))


def test_orientation_of_deep_tiff(made: "type[Made]") -> None:
    samples = made.noise(2, 3, 3, np.uint16)
    picture = read_picture(made.tiff(samples, tags=[(274, 6)]))
    np.testing.assert_array_equal(picture.pixels, np.rot90(samples, -1))


def test_shallow_images_are_not_deep(made: "type[Made]") -> None:
    for form in ("PNG", "TIFF", "PPM", "BMP", "JPEG"):
        data = made.saved(Image.new("RGB", (2, 2)), form)
        assert deep_rawmode(Image.open(io.BytesIO(data))) is None
    assert deep_rawmode(Image.open(io.BytesIO(b"P3 1 1 65535 1 2 3 "))) is None
