import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from llcodec.imaging import Metadata, read_picture
from llcodec.imaging.png import write_png16

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


def _unfilter(data: bytes) -> NDArray[np.uint16]:
    """An independent reading of a PNG's rows: chunks, zlib, filters, one by one."""
    at, body = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        assert crc == zlib.crc32(kind + chunk)
        if kind == b"IHDR":
            width, height, bits, colour, *_ = struct.unpack(">IIBBBBB", chunk)
        if kind == b"IDAT":
            body += chunk
        at += 12 + length
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    step, rows = channels * bits // 8, zlib.decompress(body)
    size = width * step
    assert len(rows) == height * (size + 1)
    above, out = bytearray(size), b""
    for y in range(height):
        kind, row = rows[y * (size + 1)], bytearray(rows[y * (size + 1) + 1 :][:size])
        for x in range(size):
            left = row[x - step] if x >= step else 0
            row[x] = (row[x] + {0: 0, 1: left, 2: above[x]}[kind]) & 255
        above = row
        out += bytes(row)
    return np.frombuffer(out, ">u2").reshape(height, width, channels)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (13, 1), (31, 17)])
def test_rows(made: "type[Made]", channels: int, size: tuple[int, int]) -> None:
    smooth = np.add.outer(np.arange(size[0]) * 300, np.arange(size[1]) * 7)[..., None]
    noise = made.noise(*size, channels, np.uint16)
    for samples in (noise, (smooth + noise % 50).astype(np.uint16), np.zeros_like(noise)):
        out = io.BytesIO()
        write_png16(out, samples, Metadata())
        np.testing.assert_array_equal(_unfilter(out.getvalue()), samples)
        if channels == 1:
            np.testing.assert_array_equal(np.asarray(Image.open(out)), samples[..., 0])


def test_many_blocks_of_rows(made: "type[Made]") -> None:
    samples = made.noise(300, 2000, 3, np.uint16) & np.uint16(0x0FFF)
    out = io.BytesIO()
    write_png16(out, samples, Metadata())
    np.testing.assert_array_equal(read_picture(out.getvalue()).pixels, samples)


def test_filters_pay(made: "type[Made]") -> None:
    ramp = np.add.outer(np.arange(200) * 9, np.arange(200) * 5)[..., None].repeat(3, 2)
    out = io.BytesIO()
    write_png16(out, ramp.astype(np.uint16), Metadata(), 6)
    assert len(out.getvalue()) < 200 * 200 * 6 / 20


def test_metadata(made: "type[Made]") -> None:
    out = io.BytesIO()
    blocks = Metadata(made.exif(1), made.profile(made.P3), b"<x/>")
    write_png16(out, np.zeros((1, 1, 3), np.uint16), blocks)
    image = Image.open(out)
    image.load()
    assert image.info["exif"] == b"Exif\0\0" + made.exif(1)
    assert image.info["icc_profile"] == blocks.icc
    assert image.info["xmp"] == blocks.xmp
