"""HEIC, JPEG XL and RAW on the command line, with their libraries and without."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import llcodec
from tests.dng import dng

Llc = Callable[..., Any]
Make = Callable[..., Path]

DUSK = np.broadcast_to(np.linspace(0, 3000, 48), (32, 48))
ALL = ("pillow_heif", "pillow_jxl", "rawpy")


@pytest.fixture
def folder(picture: Make, tmp_path: Path) -> Path:
    picture(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "a.dng").write_bytes(dng(DUSK))
    (tmp_path / "in" / "b.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (tmp_path / "in" / "sub").mkdir()
    (tmp_path / "in" / "sub" / "c.jxl").write_bytes(b"\xff\x0a")
    return tmp_path / "in"


def test_what_cannot_be_read_is_named_at_the_end_and_the_rest_is_done(
    llc: Llc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ALL:
        monkeypatch.setitem(sys.modules, module, None)
    result = llc("encode", folder, "-o", f"{folder.parent}/out/")
    assert result.code == 1
    done, *lines = result.err.splitlines()
    assert done.startswith(f"{folder}/a.jpg -> ")
    assert lines == [
        f"llc: {folder}/a.dng: RAW is read with rawpy, which is not installed: "
        'pip install "llcodec[raw]"',
        f"llc: {folder}/b.heic: HEIC is read with pillow_heif, which is not installed: "
        'pip install "llcodec[formats]"',
        f"llc: {folder}/sub/c.jxl: JPEG XL is read with pillow_jxl, which is not installed: "
        'pip install "llcodec[formats]"',
        "llc: 3 of 4 failed",
    ]
    shown = llc("enhance", folder / "sub", "--json")
    assert shown.code == 1
    assert json.loads(shown.out)["path"] == f"{folder}/sub/c.jxl"


@pytest.mark.extra("pillow_heif")
@pytest.mark.extra("pillow_jxl")
@pytest.mark.extra("rawpy")
def test_what_is_installed_is_used(
    llc: Llc, tmp_path: Path, listing: Callable[[Path], list[str]]
) -> None:
    llcodec.read_picture(io.BytesIO(saved("PNG")))  # Pillow knows the formats from now on
    for name, data in {
        "a.dng": dng(DUSK),
        "b.heic": saved("HEIF"),
        "c.jxl": saved("JXL"),
    }.items():
        (tmp_path / name).write_bytes(data)
    assert llc("enhance", tmp_path, "-o", tmp_path / "out", "--quiet").err == ""
    assert listing(tmp_path / "out") == ["a.png", "b.png", "c.png"]
    assert llcodec.read_picture(tmp_path / "out" / "a.png").sixteen_bit
    assert llc("encode", tmp_path / "a.dng").code == 0
    assert llcodec.inspect(tmp_path / "a.llc").header.sixteen_bit


def saved(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 16), (9, 12, 20)).save(out, form)
    return out.getvalue()


@pytest.mark.extra("rawpy")
def test_a_damaged_raw_file_is_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    """LibRaw prints its own, on the descriptor of standard error."""
    (tmp_path / "a.dng").write_bytes(dng(DUSK)[:2000])
    run = [sys.executable, "-m", "llcodec", "encode", str(tmp_path / "a.dng")]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"llc: {tmp_path}/a.dng: not a RAW file that can be developed: ")
