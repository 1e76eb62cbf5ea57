import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import llcodec
from llcodec import container

Llc = Callable[..., Any]


@pytest.fixture(scope="module")
def sample() -> bytes:
    """A file of version 1.0, as ``fast`` makes them."""
    dark = Image.linear_gradient("L").resize((16, 16)).point(lambda level: level // 4)
    return llcodec.encode(dark.convert("RGB"), model="fast")


@pytest.fixture
def file(tmp_path: Path, sample: bytes) -> Path:
    (tmp_path / "dark.llc").write_bytes(sample)
    return tmp_path / "dark.llc"


def test_json_tells_the_whole_header(llc: Llc, file: Path, sample: bytes) -> None:
    result = llc("info", file, "--json")
    header = llcodec.inspect(sample).header
    record = json.loads(result.out)
    tone = record.pop("tone")
    assert [len(tone[key]) for key in ("gain", "gamma", "matrix")] == [3, 3, 3]
    chunks = record.pop("chunks")
    assert [chunk["type"] for chunk in chunks] == ["HEAD", "TILE", "DONE"]
    stream = chunks[1]["length"] - 8
    assert record == {
        "path": str(file),
        "bytes": len(sample),
        "bpp": round(8 * len(sample) / 256, 4),
        "format": "1.0",
        "width": 16,
        "height": 16,
        "grey": False,
        "bits": 8,
        "alpha": False,
        "quality": 4.0,
        "model": "fast",
        "model_hash": header.model_hash.hex(),
        "tile_size": header.tile_size,
        "tiles": 1,
        "overhead": len(sample) - stream,
    }


def test_people_get_lines_on_standard_output(llc: Llc, file: Path) -> None:
    result = llc("info", file)
    assert (result.code, result.err) == (0, "")
    lines = result.out.decode().splitlines()
    assert lines[0] == str(file)
    assert [line.split()[0] for line in lines[1:]] == [
        *("file", "picture", "quality", "model", "tiles", "tone", "chunks", "overhead"),
    ]


def test_files_of_other_models_and_of_any_size(llc: Llc, tmp_path: Path) -> None:
    header = container.Header(
        width=128,
        height=64,
        quality_units=1024,
        model_name="other",
        model_hash=bytes(8),
        tile_size=64,
        grey=True,
        sixteen_bit=True,
        has_alpha=True,
    )
    tiles = (container.Tile(0, b"ab"), container.Tile(0, b"c"))
    data = container.pack(container.Container(header, tiles, alpha=b"alpha"))
    (tmp_path / "a.llc").write_bytes(data)
    shown = llc("info", tmp_path / "a.llc").out.decode()
    assert "128x64, grey, 16 bits, alpha" in shown
    assert "tone      none" in shown
    assert "TILE 19 in 2" in shown


def test_local_tone_curves(llc: Llc, tmp_path: Path) -> None:
    whole = (2048, 0, -2048, 4096, 0, -4096, 4096, *(0,) * 8)
    tone = (*whole, 6554, 0, 32767, 9830, *range(-64, 32, 4))
    header = container.Header(64, 64, 1024, "other", bytes(8), tone=tone)
    data = container.pack(container.Container(header, (container.Tile(0, b"ab"),)))
    (tmp_path / "a.llc").write_bytes(data)
    record = json.loads(llc("info", tmp_path / "a.llc", "--json").out)
    assert record["format"] == "2.0"
    found = record["tone"]
    assert (found["gain"], found["gamma"]) == ([2, 1, 0.5], [2, 1, 0.5])
    assert (found["toe"], found["knee"]) == ([0.1, 0, 0.5], 0.3)
    assert [len(row) for row in found["exposures"]] == [6] * 4
    assert (found["exposures"][0][0], found["exposures"][2][4]) == (0.25, 1)
    lines = llc("info", tmp_path / "a.llc").out.decode().splitlines()
    assert "  tone      gain 2 1 0.5, gamma 2 1 0.5, toe 0.1 0 0.5, knee 0.3" in lines
    start = lines.index("  exposures  0.25  0.27  0.30  0.32  0.35  0.39")
    assert lines[start + 2].split() == ["0.71", "0.77", "0.84", "0.92", "1.00", "1.09"]
    assert lines[start + 4].split()[0] == "chunks"


def test_broken_files_are_reported(llc: Llc, file: Path, sample: bytes) -> None:
    file.write_bytes(sample[:-1])
    result = llc("info", file, "-", stdin=sample)
    assert result.code == 1
    assert len(result.problems) == 2
    assert result.out.startswith(b"-\n")


def test_pytorch_is_not_needed(file: Path, environment: dict[str, str]) -> None:
    code = (
        "import sys; from llcodec.cli._main import run; "
        f"assert run(['info', {str(file)!r}]) == 0; "
        "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
