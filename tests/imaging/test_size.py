from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.errors import TooManyPixelsError, UnreadableImageError
from llcodec.imaging import picture_size, read_picture


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".avif"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_size_is_that_of_the_picture_that_is_read(
    tmp_path: Path, suffix: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"picture{suffix}"
    Image.fromarray(np.zeros((40, 64, 3), np.uint8)).save(path, exif=exif)
    expected = (64, 40) if orientation >= 5 else (40, 64)
    assert picture_size(path, max_pixels=10_000) == expected
    assert read_picture(path).pixels.shape[:2] == expected


def test_only_the_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    path.write_bytes(path.read_bytes()[:100])
    assert picture_size(path, max_pixels=10_000) == (64, 64)


def test_what_is_no_picture_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    with pytest.raises(UnreadableImageError, match="cannot be read"):
        picture_size(path, max_pixels=100)
    path.write_bytes(b"")
    with pytest.raises(UnreadableImageError, match="empty"):
        picture_size(path, max_pixels=100)
    path.write_bytes(b"text" * 10)
    with pytest.raises(UnreadableImageError):
        picture_size(path, max_pixels=100)
    Image.fromarray(np.zeros((11, 10, 3), np.uint8)).save(path)
    with pytest.raises(TooManyPixelsError):
        picture_size(path, max_pixels=100)
