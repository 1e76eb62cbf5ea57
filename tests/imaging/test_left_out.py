import io
import struct
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from llcodec.imaging import read_picture

FIRST, SECOND = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    FIRST.save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "TIFF", "PNG"])
def test_other_frames_and_pages_are_named(form: str) -> None:
    picture = read_picture(saved(form, save_all=True, append_images=[SECOND]))
    what = "page" if form == "TIFF" else "frame"
    assert picture.left_out == (f"only the first {what} is read",)
    assert picture.pixels[4, 4, 0] > 200
    assert read_picture(saved(form)).left_out == ()


def test_pictures_beside_a_jpeg_are_named() -> None:
    (line,) = read_picture(saved("MPO", save_all=True, append_images=[SECOND])).left_out
    assert "gain map" in line
    assert read_picture(saved("JPEG")).left_out == ()


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG"), (13, None)])
def test_transfer_functions_for_hdr_are_named(transfer: int, name: str | None) -> None:
    info = PngInfo()
    info.add(b"cICP", struct.pack("4B", 9, transfer, 0, 1))
    lines = read_picture(saved("PNG", pnginfo=info)).left_out
    assert [name in line for line in lines if name] == ([True] if name else [])
    assert bool(lines) == bool(name)
