import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llcodec.data.pairs import read_pairs
from llcodec.data.registry import REGISTRY

Llc = Callable[..., Any]
Picture = Callable[..., Path]


@pytest.fixture
def kodak(tmp_path: Path, picture: Picture) -> Path:
    for n in range(1, 25):
        picture(tmp_path / "kodak" / f"kodim{n:02}.png")
    return tmp_path / "kodak"


def arrays(root: Path) -> Path:
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    for name in ("short_sid2/00001/a.npy", "short_sid2/10003/a.npy"):
        for path in (root / name, root / name.replace("short", "long")):
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, pixels)
    return root


def test_all_sets_are_listed(llc: Llc) -> None:
    result = llc("data", "list")
    assert (result.code, result.err) == (0, "")
    lines = result.out.decode().splitlines()
    assert [line.split()[0] for line in lines[::2]] == list(REGISTRY)
    at = next(at for at, line in enumerate(lines) if line.startswith("lol "))
    assert "train 485, test 15" in lines[at + 1]


def test_everything_about_one(llc: Llc) -> None:
    shown = llc("data", "list", "KODAK").out.decode()
    for text in ("https://r0k.us/graphics/kodak/", "kodim01.png", "unrestricted", "test 24"):
        assert text in shown
    assert "SNR-Aware" not in shown


def test_the_list_as_json(llc: Llc) -> None:
    records = [json.loads(line) for line in llc("data", "list", "--json").out.splitlines()]
    assert [record["name"] for record in records] == list(REGISTRY)
    [record] = [json.loads(line) for line in llc("data", "list", "lol", "--json").out.splitlines()]
    assert record["splits"] == [
        {"name": "train", "samples": 485, "scenes": None},
        {"name": "test", "samples": 15, "scenes": None},
    ]
    assert record["overlaps"] == ["lol-v2-real"]


def test_a_whole_set(llc: Llc, kodak: Path) -> None:
    result = llc("data", "check", "kodak", "--root", kodak)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().splitlines() == [
        f"kodak in {kodak}",
        "  test  24 of 24 photographs",
        "complete",
    ]
    record = json.loads(llc("data", "check", "kodak", "--root", kodak, "--json").out)
    assert record == {
        "name": "kodak",
        "root": str(kodak),
        "whole": True,
        "splits": {"test": {"found": 24, "published": 24}},
        "problems": [],
    }


def test_a_set_that_is_not_whole(llc: Llc, kodak: Path) -> None:
    (kodak / "kodim07.png").unlink()
    (kodak / "kodim08.png").write_bytes(b"")
    result = llc("data", "check", "kodak", "--root", kodak)
    assert (result.code, result.err) == (1, "")
    lines = result.out.decode().splitlines()
    assert "  split test: not there: 07" in lines
    assert "  kodim08.png: not an image that can be read: the file is empty" in lines
    assert lines[-1] == "incomplete: 3 problems"
    result = llc("data", "check", "kodak", "--root", kodak, "--json")
    assert result.code == 1
    record = json.loads(result.out)
    assert not record["whole"]
    assert {"where": "split test", "what": "not there: 07"} in record["problems"]


def test_from_arrays_to_what_the_loader_reads(llc: Llc, tmp_path: Path) -> None:
    root, out = arrays(tmp_path / "in"), tmp_path / "out"
    result = llc("data", "prepare", "sid", "--root", root, "--out", out, "--size", "12x8")
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().splitlines() == [
        f"sid in {out}: 4 new files",
        "  train 1 pair",
        "  test  1 pair",
    ]
    [pair] = read_pairs(out, "train")
    assert pair.low.shape == (8, 12, 3)


def test_a_broken_file_is_reported_and_the_rest_continues(llc: Llc, tmp_path: Path) -> None:
    root, out = arrays(tmp_path / "in"), tmp_path / "out"
    (root / "short_sid2/00001/a.npy").write_bytes(b"broken")
    result = llc("data", "prepare", "sid", "--root", root, "-o", out, "--threads", "2")
    assert result.code == 1
    [line] = result.problems
    assert line.startswith("llc: short_sid2/00001/a.npy: not an array")
    assert len(read_pairs(out, "test")) == 1


def test_held_out_scenes(llc: Llc, tmp_path: Path, picture: Picture) -> None:
    for n in range(4):
        for half in ("low", "high"):
            picture(tmp_path / half / f"{n}.png", seed=n)
    assert llc("data", "prepare", "pairs", "--root", tmp_path, "--val", "1").code == 0
    result = llc("data", "prepare", "pairs", "--root", tmp_path, "--val", "2")
    assert result.code == 1
    assert "--force" in result.err
    assert llc("data", "prepare", "pairs", "--root", tmp_path, "--val", "1", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "lol3", "--root", "."], "no data set is called 'lol3'; known are sid,"),
        (["list", "lol3"], "no data set is called 'lol3'"),
        (["check", "lol", "--root", "missing"], "missing: no such folder"),
        (["prepare", "lol", "--root", "missing"], "missing: no such folder"),
        (["prepare", "sid", "--root", "in"], ".npy files must be converted"),
        (["prepare", "lol", "--root", "in", "--out", "out"], "our485/low: missing folder"),
        (["prepare", "sid", "--root", "in", "--out", "in/out"], "is inside"),
    ],
)
def test_bad_input_is_one_line(
    llc: Llc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    arrays(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    result = llc("data", *arguments)
    assert (result.code, result.out) == (1, b"")
    [line] = result.err.splitlines()
    assert line.startswith("llc: ")
    assert message in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "lol"], "--root"),
        (["prepare", "lol", "--root", ".", "--size", "960"], "'960' is not a size such as 960x512"),
        (["prepare", "lol", "--root", ".", "--size", "0x4"], "'0x4' is not a size"),
        (["prepare", "lol", "--root", ".", "--val", "-1"], "--val"),
    ],
)
def test_wrong_usage(llc: Llc, arguments: list[str], message: str) -> None:
    result = llc("data", *arguments)
    assert (result.code, result.out) == (2, b"")
    [line] = result.err.splitlines()
    assert message in line


def test_the_extra_is_named_when_it_is_missing(
    llc: Llc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("short/00001_00_0.1s.ARW", "long/00001_00_10s.ARW"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"II*\0")
    monkeypatch.setitem(sys.modules, "rawpy", None)
    result = llc("data", "prepare", "sid", "--root", tmp_path / "in", "--out", tmp_path / "out")
    assert result.code == 1
    assert result.err == 'llc: rawpy is not installed: pip install "llcodec[raw]"\n'


def test_names_of_files_cannot_break_lines(llc: Llc, tmp_path: Path) -> None:
    for half in ("low", "high"):
        (tmp_path / half).mkdir()
    Image.new("RGB", (2, 2)).save(tmp_path / "low" / "a\nb.png")
    lines = llc("data", "check", "pairs", "--root", tmp_path).out.decode().splitlines()
    assert lines[1] == "  low/a\\nb.png: no partner in high"


@pytest.mark.parametrize("command", ["", "list", "check", "prepare"])
def test_every_command_has_help(llc: Llc, command: str) -> None:
    result = llc("data", *command.split(), "--help")
    assert result.code == 0
    assert f"Usage: llc data {command}".strip().encode() in result.out
