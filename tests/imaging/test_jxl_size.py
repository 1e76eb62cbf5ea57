import io
import struct

import pytest
from PIL import Image

from llcodec.errors import TooManyPixelsError
from llcodec.imaging import read_picture
from llcodec.imaging.jxl_size import jxl_size

SIZES = [(64, 64), (8, 8), (100, 50), (1, 1), (192, 108), (400, 300), (300, 200), (17, 3000)]


@pytest.mark.extra("pillow_jxl")
@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_the_size_is_that_of_the_header(size: tuple[int, int], container: bool) -> None:
    import pillow_jxl  # noqa: F401 — importing it teaches Pillow the format

    out = io.BytesIO()
    Image.new("RGB", size).save(out, "JXL", use_container=container)
    assert jxl_size(out) == size


def test_sizes_without_a_library() -> None:
    small = 1 | (3 << 1) | (7 << 6)  # height 8 · 4, twice as wide
    assert jxl_size(io.BytesIO(b"\xff\x0a" + small.to_bytes(14, "little"))) == (64, 32)
    large = (3 << 1) | ((99_999 - 1) << 3) | (1 << 33)  # a square
    assert jxl_size(io.BytesIO(b"\xff\x0a" + large.to_bytes(14, "little"))) == (99_999, 99_999)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\xff", b"\0\0\0\x0cJXL \r\n\x87\n"),
        b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\0jxlx" + bytes(20),
        struct.pack(">I4sQ", 1, b"JXL ", 1 << 63),
    ],
)
def test_what_has_no_header_is_refused(data: bytes) -> None:
    with pytest.raises(struct.error, match="no JPEG XL"):
        jxl_size(io.BytesIO(data))


@pytest.mark.extra("pillow_jxl")
def test_the_size_is_checked_before_pixels_are_decoded() -> None:
    large = (3 << 1) | ((99_999 - 1) << 3) | (1 << 33)
    with pytest.raises(TooManyPixelsError, match="99999×99999"):
        read_picture(b"\xff\x0a" + large.to_bytes(64, "little"))
