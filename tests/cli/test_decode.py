import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import llcodec

Llc = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path, sample: bytes) -> Path:
    (tmp_path / "dark.llc").write_bytes(sample)
    return tmp_path / "dark.llc"


def test_png_beside_the_input(llc: Llc, file: Path, sample: bytes) -> None:
    assert llc("decode", file).code == 0
    with Image.open(file.with_suffix(".png")) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), np.asarray(llcodec.decode(sample)))


@pytest.mark.parametrize(
    ("output", "format"), [("x.jpg", "JPEG"), ("x.tif", "TIFF"), ("x.WEBP", "WEBP")]
)
def test_the_name_of_the_output_says_the_format(
    llc: Llc, file: Path, tmp_path: Path, output: str, format: str
) -> None:
    assert llc("decode", file, "-o", tmp_path / output).code == 0
    with Image.open(tmp_path / output) as image:
        assert image.format == format


def test_the_format_may_be_given(llc: Llc, file: Path, tmp_path: Path) -> None:
    assert llc("decode", tmp_path, "--format", "jpg", "-o", tmp_path / "out").code == 0
    with Image.open(tmp_path / "out" / "dark.jpg") as image:
        assert image.format == "JPEG"
    piped = llc("decode", "-", "--format", "BMP", stdin=file.read_bytes())
    with Image.open(io.BytesIO(piped.out)) as image:
        assert image.format == "BMP"


def test_streams_are_png(llc: Llc, sample: bytes) -> None:
    result = llc("decode", "-", stdin=sample)
    assert result.code == 0
    assert result.out.startswith(b"\x89PNG")
    assert result.err.startswith("stdin -> stdout: 16x16, ")


@pytest.mark.parametrize(
    ("options", "brightness"), [(["--as-shot"], 0.0), (["--brightness", "0.5"], 0.5)]
)
def test_brightness(
    llc: Llc, file: Path, sample: bytes, options: list[str], brightness: float
) -> None:
    result = llc("decode", file, "--json", *options)
    assert json.loads(result.out)["brightness"] == brightness
    with Image.open(file.with_suffix(".png")) as image:
        expected = llcodec.decode(sample, brightness=brightness)
        assert np.array_equal(np.asarray(image), np.asarray(expected))
    assert np.asarray(expected).mean() < np.asarray(llcodec.decode(sample)).mean()


def test_json_tells_all(llc: Llc, file: Path, tmp_path: Path) -> None:
    result = llc("decode", file, "--json")
    record = json.loads(result.out)
    assert record.pop("seconds") > 0
    assert record == {
        "path": str(file),
        "output": str(tmp_path / "dark.png"),
        "bytes": (tmp_path / "dark.png").stat().st_size,
        "width": 16,
        "height": 16,
        "quality": 4.0,
        "model": "fast",
        "brightness": 1.0,
    }


@pytest.mark.parametrize("options", [["-o", "x.foo"], ["--format", "foo"], ["-o", "noname"]])
def test_unknown_formats_are_wrong_usage(
    llc: Llc, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = llc("decode", file, *options)
    assert result.code == 2
    assert "no picture can be written as" in result.err
    assert list(tmp_path.iterdir()) == [file]
