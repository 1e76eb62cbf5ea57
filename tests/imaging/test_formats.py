from pathlib import Path

import pytest

from llcodec.errors import OutputError
from llcodec.imaging import IMAGE_SUFFIXES, format_for


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("out.png", "PNG"),
        (Path("a/b.JPG"), "JPEG"),
        ("x.tar.jpeg", "JPEG"),
        (".webp", "WEBP"),
        ("tif", "TIFF"),
        ("TIFF", "TIFF"),
        ("avif", "AVIF"),
        ("BMP", "BMP"),
        ("x.jfif", "JPEG"),
        ("x.ppm", "PPM"),
    ],
)
def test_known(given: str | Path, expected: str) -> None:
    assert format_for(given) == expected


@pytest.mark.parametrize("given", ["x.xyz", "x", "", "x.ico", "x.psd", "x.h5", Path("photo.raw")])
def test_unknown(given: str | Path) -> None:
    with pytest.raises(OutputError, match=r"no picture can be written as .*; use \.png"):
        format_for(given)


def test_suffixes() -> None:
    usual = ".png .jpg .jpeg .jfif .webp .tif .tiff .avif .bmp .gif .ppm .pgm .jp2 .mpo .tga"
    assert set(usual.split()) <= IMAGE_SUFFIXES
    assert not {".eps", ".pdf", ".h5", ".txt", ".llc", ""} & IMAGE_SUFFIXES
