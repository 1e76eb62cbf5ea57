import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llcodec.errors import TooManyPixelsError, UnreadableImageError
from llcodec.imaging import read_picture
from llcodec.imaging.precheck import MAX_EXIF_SEGMENTS

NOISE = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(NOISE).save(out, form, **options)
    return out.getvalue()


def one_tile(edge: int) -> bytes:
    """A TIFF of 16×16 grey pixels in one tile of edge × edge."""
    tile = zlib.compress(bytes(edge * edge))
    entries = [(256, 16), (257, 16), (258, 8), (259, 8), (262, 1), (277, 1)]
    entries += [(322, edge), (323, edge), (324, 8 + 2 + 12 * 10 + 4), (325, len(tile))]
    packed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4) + tile


def test_a_tile_is_no_larger_than_a_picture_may_be() -> None:
    assert read_picture(one_tile(64), max_pixels=4096).width == 16
    with pytest.raises(TooManyPixelsError, match="64×64 is 4,096 pixels"):
        read_picture(one_tile(64), max_pixels=4095)


def test_numbers_without_end_in_a_tiff() -> None:
    count = 200_000
    data = bytearray(saved("TIFF"))
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    table = bytes(data[first + 2 : first + 2 + 12 * entries])
    start = len(data)
    table = struct.pack("<HHII", 282, 5, count, start + 2000) + table
    directory = struct.pack("<H", entries + 1) + table + bytes(4)
    struct.pack_into("<I", data, 4, start)
    data += directory.ljust(2000, b"\0") + bytes([1, 0, 0, 0]) * 2 * count
    with pytest.raises(UnreadableImageError, match=r"tags hold 200,0\d\d numbers"):
        read_picture(bytes(data))


def with_segments(count: int) -> bytes:
    jpeg = saved("JPEG")
    exif = b"Exif\0\0" + b"II*\0\x08\0\0\0" + bytes(6)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return jpeg[:2] + segment * count + jpeg[2:]


def test_exif_in_many_segments_of_a_jpeg() -> None:
    assert read_picture(with_segments(MAX_EXIF_SEGMENTS)).width == 30
    with pytest.raises(UnreadableImageError, match="more than 16 segments of EXIF"):
        read_picture(with_segments(MAX_EXIF_SEGMENTS + 1))


def icon(frame: bytes, width: int = 16, height: int = 16) -> bytes:
    return struct.pack("<3H4B2H2I", 0, 1, 1, width, height, 0, 0, 1, 32, len(frame), 22) + frame


def test_what_an_icon_holds_is_checked_and_not_what_it_says() -> None:
    png = saved("PNG")
    assert read_picture(icon(png), max_pixels=600).width == 30
    with pytest.raises(TooManyPixelsError, match="30×20 is 600 pixels"):
        read_picture(icon(png), max_pixels=599)
    bitmap = struct.pack("<IiiHHIIiiII", 40, 500, 1000, 1, 32, 0, 0, 0, 0, 0, 0)
    with pytest.raises(TooManyPixelsError, match="500×500"):
        read_picture(icon(bitmap), max_pixels=1000)


def test_icons_that_are_cut_off() -> None:
    data = icon(saved("PNG"))
    for length in range(60):
        with pytest.raises(UnreadableImageError):
            read_picture(data[:length])


def card(key: str, value: str | int) -> bytes:
    return f"{key:<8}= {value:>20}".ljust(80).encode()


def unit(*cards: bytes) -> bytes:
    text = b"".join(cards) + b"END".ljust(80)
    return text.ljust(-(-len(text) // 2880) * 2880)


def test_gzip_in_fits_is_not_unpacked() -> None:
    size = [card("NAXIS", 2), card("NAXIS1", 8), card("NAXIS2", 1)]
    inner = [card(f"Z{key}", 16) for key in ("NAXIS1", "NAXIS2")]
    data = unit(card("SIMPLE", "T"), card("BITPIX", 8), card("NAXIS", 0)) + unit(
        b"XTENSION= 'BINTABLE'".ljust(80),
        *(card("BITPIX", 8), *size, card("ZIMAGE", "T")),
        b"ZCMPTYPE= 'GZIP_1  '".ljust(80),
        *(card("ZNAXIS", 2), *inner, card("ZBITPIX", 8)),
    )
    with pytest.raises(UnreadableImageError, match="compressed FITS"):
        read_picture(data + bytes(3000))


@pytest.mark.extra("pillow_heif")
def test_all_of_a_heic_counts_and_not_what_is_shown_of_it() -> None:
    """The encoder pads 16×16 to 64×64, of which 16×16 are shown."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "HEIF")
    assert read_picture(out.getvalue(), max_pixels=64 * 64).width == 16
    with pytest.raises(TooManyPixelsError):
        read_picture(out.getvalue(), max_pixels=64 * 64 - 1)
