import io
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from llcodec.errors import UnreadableImageError
from llcodec.imaging.samples import Decoded, alpha_from_key, samples_of_image, transparent_key

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


def _decoded(image: Image.Image) -> Decoded:
    return samples_of_image(image, transparent_key(image))


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (257, 131), (2000, 600)])
@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)])
def test_plain_modes_are_exact(
    made: "type[Made]", mode: str, channels: int, size: tuple[int, int]
) -> None:
    samples = made.noise(size[1], size[0], channels)
    image = Image.fromarray(samples[..., 0] if channels == 1 else samples)
    pixels, alpha, grey = _decoded(image)
    colours = samples[..., : channels - 1 if channels in (2, 4) else channels]
    np.testing.assert_array_equal(pixels, np.broadcast_to(colours, pixels.shape))
    assert grey == (channels < 3)
    if channels in (2, 4):
        np.testing.assert_array_equal(alpha, samples[..., -1])
    else:
        assert alpha is None


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B", "I"])
def test_deep_grey(made: "type[Made]", mode: str) -> None:
    samples = made.noise(3, 5, 1, np.uint16)[..., 0]
    kind = {"I;16B": ">u2", "I": "<i4"}.get(mode, "<u2")
    image = Image.frombytes(mode, (5, 3), samples.astype(kind).tobytes())
    pixels, alpha, grey = _decoded(image)
    assert (pixels.dtype == np.uint16, alpha, grey) == (True, None, True)
    np.testing.assert_array_equal(pixels, np.repeat(samples[..., None], 3, axis=2))


@pytest.mark.parametrize("value", [-1, 65536])
def test_wide_integers_are_refused(value: int) -> None:
    with pytest.raises(UnreadableImageError, match="16 bits"):
        _decoded(Image.new("I", (1, 1), value))


def test_floats() -> None:
    image = Image.fromarray(np.array([[-0.5, 0, 0.5, 1]], np.float32))
    assert _decoded(image).pixels[0, :, 0].tolist() == [0, 0, 32768, 65535]
    for value in (1.5, float("nan"), float("inf")):
        with pytest.raises(UnreadableImageError, match="between 0 and 1"):
            _decoded(Image.new("F", (1, 1), value))


def test_palette_transparency() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    for transparency, expected in ((1, [255, 0]), (b"\x05\x09", [5, 9])):
        image.info["transparency"] = transparency
        pixels, alpha, grey = _decoded(image)
        assert pixels.tolist() == [[[10, 20, 30], [40, 50, 60]]]
        assert alpha is not None
        assert alpha.tolist() == [expected]
        assert not grey


@pytest.mark.parametrize(("bits", "row"), [(1, b"\x40"), (2, b"\x10"), (4, b"\x01")])
def test_grey_png_with_few_bits_and_a_key(made: "type[Made]", bits: int, row: bytes) -> None:
    samples = np.frombuffer(row, np.uint8).reshape(1, 1, 1)
    data = bytearray(made.png(samples, bits=8, trns=b"\0\1"))
    data[16:29] = data[16:19] + b"\2" + data[20:24] + bytes([bits]) + data[25:29]
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    image = Image.open(io.BytesIO(data))
    key = transparent_key(image)
    image.load()
    found = samples_of_image(image, key)
    assert found.alpha is not None
    assert found.alpha.tolist() == [[255, 0]]
    assert found.pixels[0, :, 0].tolist() == [0, 255 // (2**bits - 1)]


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_colour_key(made: "type[Made]", mode: str) -> None:
    channels = len(mode)
    samples = made.noise(4, 5, channels)
    trns = b"".join(b"\0" + bytes([v]) for v in samples[2, 3])
    image = Image.open(io.BytesIO(made.png(samples, bits=8, trns=trns)))
    pixels, alpha, _ = _decoded(image)
    expected = np.where((samples == samples[2, 3]).all(axis=2), 0, 255)
    np.testing.assert_array_equal(alpha, expected)
    np.testing.assert_array_equal(pixels, np.broadcast_to(samples, pixels.shape))


def test_odd_keys_are_ignored() -> None:
    image = Image.new("RGB", (1, 1))
    for transparency in (b"\0\1", (1, 2), ("a", "b", "c"), None):
        image.info["transparency"] = transparency
        assert transparent_key(image) is None
    assert alpha_from_key(np.zeros((1, 1, 3), np.uint8), None) is None
