import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llcodec.errors import OutputError
from llcodec.imaging import PICTURE_SUFFIXES, format_for, read_picture, unread_formats
from llcodec.imaging.optional import HEIC, JXL, RAW

DUSK = np.random.default_rng(0).integers(0, 40, (48, 64, 3), np.uint8)


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(DUSK).save(out, form, **options)  # llcodec.imaging has registered it
    return out.getvalue()


def oriented(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[274], exif[271] = orientation, "Maker"
    return exif.tobytes()


@pytest.mark.extra("pillow_heif")
def test_heic_is_read_upright_with_its_exif() -> None:
    picture = read_picture(saved("HEIF", quality=95, exif=oriented(6)))
    assert picture.pixels.shape == (64, 48, 3)
    turned = np.rot90(DUSK, -1).astype(int)
    assert np.abs(picture.pixels.astype(int) - turned).mean() < 8
    assert picture.metadata.exif is not None
    exif = Image.Exif()
    exif.load(picture.metadata.exif)
    assert (exif[271], exif.get(274, 1)) == ("Maker", 1)


@pytest.mark.extra("pillow_heif")
def test_other_images_of_a_heic_are_named() -> None:
    more = [Image.new("RGB", (64, 48), "red")]
    assert read_picture(saved("HEIF", save_all=True, append_images=more)).left_out == (
        "only the primary image is read",
    )
    assert read_picture(saved("HEIF")).left_out == ()


@pytest.mark.extra("pillow_jxl")
def test_jpeg_xl_is_read_and_its_exif_does_not_turn_it() -> None:
    """The orientation of a JPEG XL is in its own header; that of EXIF says nothing."""
    picture = read_picture(saved("JXL", lossless=True, exif=oriented(6)))
    assert np.array_equal(picture.pixels, DUSK)
    assert picture.metadata.exif is not None
    assert b"Maker" in picture.metadata.exif


@pytest.mark.extra("pillow_jxl")
def test_a_jpeg_that_was_packed_as_jpeg_xl_is_turned(tmp_path: Path) -> None:
    Image.fromarray(DUSK).save(tmp_path / "a.jpg", quality=95, exif=oriented(6))
    with Image.open(tmp_path / "a.jpg") as image:
        image.save(tmp_path / "a.jxl", lossless_jpeg=True)
    assert read_picture(tmp_path / "a.jxl").pixels.shape == (64, 48, 3)


@pytest.mark.extra("pillow_heif")
@pytest.mark.extra("pillow_jxl")
def test_they_are_read_and_not_written() -> None:
    assert {".heic", ".jxl"} <= PICTURE_SUFFIXES
    for suffix in (".heic", ".jxl", ".nef"):
        with pytest.raises(OutputError):
            format_for(suffix)


def test_what_is_missing_is_known_by_its_suffix(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pillow_heif", "pillow_jxl", "rawpy"):
        monkeypatch.setitem(sys.modules, module, None)
    unread = unread_formats()
    assert (unread[".heic"], unread[".jxl"], unread[".nef"]) == (HEIC, JXL, RAW)
    assert str(RAW.refusal()) == (
        'RAW is read with rawpy, which is not installed: pip install "llcodec[raw]"'
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"), (b"\xff\x0a\x3f\x4f" + bytes(30), "JPEG XL")],
)
def test_without_the_library_contents_name_the_extra(
    tmp_path: Path, data: bytes, name: str
) -> None:
    (tmp_path / "a").write_bytes(data)
    code = (
        "import sys\n"
        "sys.modules.update(pillow_heif=None, pillow_jxl=None)\n"
        "from llcodec.imaging import read_picture\n"
        "try:\n    read_picture(sys.argv[1])\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    run = [sys.executable, "-c", code, str(tmp_path / "a")]
    out = subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout
    assert out.startswith(f"MissingLibraryError {name} is read with ")
    assert 'pip install "llcodec[formats]"' in out
