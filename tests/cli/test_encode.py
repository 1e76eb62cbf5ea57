import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import llcodec
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.container import read_header

Llc = Callable[..., Any]
Make = Callable[..., Path]


def test_the_output_lies_beside_the_input(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    result = llc("encode", source)
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith(f"{source} -> {tmp_path}/dark.llc: 24x16, ")
    info = llcodec.inspect((tmp_path / "dark.llc").read_bytes())
    assert (info.header.width, info.header.height, info.header.quality) == (24, 16, 4.0)


def test_a_folder_keeps_its_structure(
    llc: Llc, picture: Make, tmp_path: Path, listing: Callable[[Path], list[str]]
) -> None:
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "sub" / "b.jpg")
    (tmp_path / "in" / "note.txt").touch()
    assert llc("encode", tmp_path / "in", "-o", tmp_path / "out", "--quiet").err == ""
    assert listing(tmp_path / "out") == ["a.llc", "sub/b.llc"]


def test_json_tells_all_of_each_file(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    missing = tmp_path / "missing.png"
    result = llc("encode", missing, source, "-q", "2.5", "--json")
    assert (result.code, result.err) == (1, "")
    failed, done = map(json.loads, result.out.splitlines())
    assert failed == {"path": str(missing), "error": "no such file or folder"}
    size = (tmp_path / "dark.llc").stat().st_size
    assert done.pop("seconds") > 0
    assert done == {
        "path": str(source),
        "output": str(tmp_path / "dark.llc"),
        "bytes": size,
        "bpp": round(8 * size / (24 * 16), 4),
        "width": 24,
        "height": 16,
        "quality": 2.5,
        "model": DEFAULT_MODEL,
    }


def test_streams(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    llc("encode", source)
    by_file = (tmp_path / "dark.llc").read_bytes()
    piped = llc("encode", "-", stdin=source.read_bytes())
    assert (piped.code, piped.out) == (0, by_file)
    assert piped.err.startswith("stdin -> stdout: ")
    assert llc("encode", source, "-o", "-").out == by_file


@pytest.mark.parametrize("option", ["--target-size=1.2kB", "--target-bpp=6.25"])
def test_targets_are_kept(llc: Llc, picture: Make, tmp_path: Path, option: str) -> None:
    source = picture(tmp_path / "dark.png", 48, 32)
    assert llc("encode", source, option).code == 0
    data = (tmp_path / "dark.llc").read_bytes()
    assert len(data) <= 1200
    assert llcodec.inspect(data).header.quality != 4


def test_a_target_out_of_reach_is_one_line(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    result = llc("encode", source, "--target-size", "10")
    assert result.code == 1
    assert len(result.err.splitlines()) == len(result.problems) == 1
    assert not (tmp_path / "dark.llc").exists()


def test_strip_leaves_metadata_out(llc: Llc, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    image = Image.fromarray(np.zeros((8, 8, 3), np.uint8))
    image.save(tmp_path / "dark.jpg", exif=exif)

    def chunks() -> list[str]:
        data = (tmp_path / "dark.llc").read_bytes()
        return [chunk.type for chunk in llcodec.inspect(data).chunks]

    llc("encode", tmp_path / "dark.jpg")
    assert "eXIF" in chunks()
    llc("encode", tmp_path / "dark.jpg", "--strip", "--force")
    assert "eXIF" not in chunks()


def test_existing_outputs_need_force(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    (tmp_path / "dark.llc").write_bytes(b"old")
    assert llc("encode", source).problems == [
        f"llc: {source}: {tmp_path}/dark.llc exists already (--force overwrites it)"
    ]
    assert (tmp_path / "dark.llc").read_bytes() == b"old"
    assert llc("encode", source, "--force", "--threads", "1", "--device", "cpu").code == 0


def test_a_batch_continues_after_failures(llc: Llc, picture: Make, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.jpg", "c.png"):
        picture(tmp_path / name)
    (tmp_path / "b.png").write_bytes(b"")
    result = llc("encode", tmp_path)
    assert result.code == 1
    assert len(result.problems) == 4
    assert result.problems[-1] == "llc: 3 of 4 failed"
    assert [path.name for path in tmp_path.glob("*.llc")] == ["a.llc"]


def test_names_after_two_dashes_may_start_with_one(
    llc: Llc, picture: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "-q.png")
    monkeypatch.chdir(tmp_path)
    assert llc("encode", "--", "-q.png").code == 0
    assert (tmp_path / "-q.llc").exists()


def test_names_that_could_fool_a_terminal(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a\nllc: \x1b[31m.png")
    result = llc("encode", source)
    assert result.code == 0
    assert len(result.err.splitlines()) == 1
    assert "\x1b" not in result.err


def test_tiles_have_the_edge_that_is_asked_for(
    llc: Llc, picture: Callable[..., Path], tmp_path: Path
) -> None:
    source = picture(tmp_path / "wide.png", 130, 70)
    assert llc("encode", source, "--tile", "64").code == 0
    header = read_header((tmp_path / "wide.llc").read_bytes())
    assert (header.tile_size, header.tile_count) == (64, 6)


@pytest.mark.parametrize("edge", ["0", "63", "100", "8192"])
def test_tiles_of_other_edges_are_refused(
    llc: Llc, picture: Callable[..., Path], tmp_path: Path, edge: str
) -> None:
    result = llc("encode", picture(tmp_path / "a.png"), "--tile", edge)
    assert result.code == 1
    assert result.problems == [
        f"llc: tiles must be a multiple of 64 from 64 to 4096, not {edge}",
    ]


def test_the_second_of_two_names_is_the_output(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source, output = picture(tmp_path / "dark.png"), tmp_path / "small.llc"
    assert llc("encode", source, output).code == 0
    first = output.read_bytes()
    again = llc("encode", source, output, "-q", "8")
    assert (again.code, len(again.problems)) == (1, 1)
    assert output.read_bytes() == first
    assert llc("encode", source, output, "-q", "8", "--force").code == 0
    assert output.read_bytes() != first
    assert llc("encode", source, "-").out == llc("encode", source, "-o", "-").out


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a model that is loaded fail the test: known problems are reported before."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("llcodec._api.load_codec", refuse)


@pytest.mark.usefixtures("unloaded")
def test_outputs_that_cannot_be_written_are_reported_before_any_work(
    llc: Llc, picture: Make, tmp_path: Path
) -> None:
    source = picture(tmp_path / "dark.png")
    (tmp_path / "there.llc").touch()
    for output, message in (
        (tmp_path / "none" / "x.llc", "there is no folder"),
        (tmp_path / "there.llc", "exists already"),
        (source / "x.llc", "is not a folder"),
        (f"{source}/x/", "is not a folder"),
    ):
        result = llc("encode", source, "-o", output)
        assert result.code == 1
        [problem] = result.problems
        assert message in problem


def test_an_interrupted_batch_continues(llc: Llc, picture: Make, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        picture(tmp_path / "in" / f"{name}.png")
    folder = ["-o", tmp_path / "out"]
    assert llc("encode", tmp_path / "in" / "b.png", "-o", f"{tmp_path}/out/").code == 0
    refused = llc("encode", tmp_path / "in", *folder, "--quiet")
    assert refused.code == 1
    assert refused.problems[-1] == ("llc: 1 of 3 failed; --skip-existing leaves out what exists")
    (tmp_path / "out" / "a.llc").unlink()
    went_on = llc("encode", tmp_path / "in", *folder, "--skip-existing")
    assert (went_on.code, went_on.problems) == (0, [])
    assert went_on.err.splitlines()[-1] == "1 done, 2 skipped"
    skipping = llc("encode", tmp_path / "in", *folder, "--skip-existing", "--json")
    assert [json.loads(line)["skipped"] for line in skipping.out.splitlines()] == [True] * 3


def test_names_of_their_own(
    llc: Llc, picture: Make, tmp_path: Path, listing: Callable[[Path], list[str]]
) -> None:
    for name in ("a.jpg", "a.png", "b/a.jpg"):
        picture(tmp_path / "in" / name)
    out = tmp_path / "out"
    refused = llc("encode", tmp_path / "in", "-o", out)
    assert "--keep-suffix gives them names of their own" in refused.problems[0]
    assert llc("encode", tmp_path / "in", "-o", out, "--keep-suffix", "--force").code == 0
    assert listing(out) == ["a.jpg.llc", "a.png.llc", "b/a.jpg.llc", "b/a.llc"]


@pytest.mark.parametrize("name", ["/dev/stdin", "/dev/fd/0"])
def test_standard_input_by_its_path(llc: Llc, picture: Make, tmp_path: Path, name: str) -> None:
    source = picture(tmp_path / "dark.png")
    piped = llc("encode", name, stdin=source.read_bytes())
    assert (piped.code, piped.out[:1]) == (0, llc("encode", source, "-").out[:1])
