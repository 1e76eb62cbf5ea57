import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llcodec import container

Llc = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, sample: bytes) -> Path:
    """Three files: good, with a flipped bit, and with a wrong checksum of the symbols."""
    (tmp_path / "a.llc").write_bytes(sample)
    (tmp_path / "b.llc").write_bytes(sample[:-20] + bytes([sample[-20] ^ 1]) + sample[-19:])
    file = container.unpack(sample)
    wrong = tuple(container.Tile(tile.checksum ^ 1, tile.stream) for tile in file.tiles)
    (tmp_path / "c.llc").write_bytes(container.pack(container.Container(file.header, wrong)))
    return tmp_path


def test_one_line_a_file(llc: Llc, folder: Path) -> None:
    before = sorted(folder.iterdir())
    result = llc("verify", folder)
    assert result.code == 1
    assert result.out.decode() == f"{folder}/a.llc: OK\n"
    assert [line.split(": ")[1] for line in result.problems[:-1]] == [
        f"{folder}/b.llc",
        f"{folder}/c.llc",
    ]
    assert "wrong symbols" in result.problems[1]
    assert result.problems[-1] == "llc: 2 of 3 failed"
    assert sorted(folder.iterdir()) == before


def test_all_is_well(llc: Llc, folder: Path) -> None:
    result = llc("verify", folder / "a.llc", "--quiet", "--threads", "1")
    assert (result.code, result.out, result.err) == (0, b"", "")


def test_json(llc: Llc, folder: Path) -> None:
    result = llc("verify", folder, "--json")
    assert (result.code, result.err) == (1, "")
    good, *bad = map(json.loads, result.out.splitlines())
    assert set(good) == {
        *("path", "bytes", "width", "height", "quality", "model", "seconds"),
    }
    assert [set(record) for record in bad] == [{"path", "error"}] * 2
