import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from llcodec.errors import TooManyPixelsError, UnreadableImageError
from llcodec.imaging.opening import open_image

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


def test_no_pixel_is_decoded(made: "type[Made]") -> None:
    image = open_image(io.BytesIO(made.png(made.noise(3, 4, 3))), 12)
    assert image.tile
    assert image.size == (4, 3)


def test_limit_replaces_pillows(made: "type[Made]", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4)  # twice this is an error in Image.open
    data = made.png(made.noise(10, 10, 3))
    assert open_image(io.BytesIO(data), 100).size == (10, 10)
    with pytest.raises(TooManyPixelsError, match=r"10×10 is 100 pixels.*limit of 99"):
        open_image(io.BytesIO(data), 99)


def test_huge_header(made: "type[Made]") -> None:
    data = bytearray(made.png(made.noise(1, 1, 3)))
    data[16:24] = struct.pack(">II", 60000, 60000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(TooManyPixelsError, match=r"3,600,000,000 pixels.*max_pixels"):
        open_image(io.BytesIO(data), 100_000_000)


def test_no_image() -> None:
    with pytest.raises(UnreadableImageError, match="empty"):
        open_image(io.BytesIO(), 100)
    with pytest.raises(UnreadableImageError, match="unknown format"):
        open_image(io.BytesIO(b"Dear diary, the night was dark."), 100)
