import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.extra("torch")

Llc = Callable[..., Any]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for folder, top in (("low", 40), ("high", 250)):
        (tmp_path / "pairs" / folder).mkdir(parents=True)
        for number in range(2):
            small = Image.fromarray(rng.integers(0, top, (5, 7, 3), dtype=np.uint8))
            picture = small.resize((64, 48), Image.Resampling.BICUBIC)
            picture.save(tmp_path / "pairs" / folder / f"{number}.png")
    return tmp_path / "pairs"


def test_a_benchmark_ends_in_files_and_a_table(llc: Llc, pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = llc(
        *("bench", "--dataset", pairs, "--pipelines", "plain:jpeg,cbe:jpeg+gamma", "-o", out)
    )
    assert result.code == 0
    assert sorted(path.name for path in out.glob("*.json")) == [
        "cbe-jpeg+gamma.json",
        "plain-jpeg.json",
    ]
    lines = result.out.decode().splitlines()
    assert lines[0].startswith("pipeline")
    assert lines[1].startswith("plain-jpeg")
    assert lines[1].split()[-2:] == ["+0.00", "dB"]  # it is the anchor itself
    assert lines[-2:] == [f"results: {out}", f"report: {out / 'report.html'}"]
    assert "<!doctype html>" in (out / "report.html").read_text("utf-8")
    assert (out / "rd-psnr.svg").is_file()
    assert "cbe-jpeg+gamma: done" in result.err


def test_a_pipeline_that_fails_is_reported_and_the_others_continue(
    llc: Llc, pairs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = llc(
        *("bench", "--dataset", pairs, "--pipelines", "plain:nothing", "--qualities", "50"),
        *("--pipelines", "plain:jpeg", "-o", out, "--quiet", "--no-report"),
    )
    assert result.code == 1
    assert result.out == b""
    assert result.problems == [line for line in result.err.splitlines() if line]
    assert "plain-nothing: unknown codec 'nothing'" in result.err
    assert (out / "plain-jpeg.json").is_file()
    assert not (out / "report.html").exists()
    assert not list(out.glob("rd-*"))


def test_where_all_fail_there_is_no_table(llc: Llc, pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = llc(
        *("bench", "--dataset", pairs, "--pipelines", "plain:nothing", "-o", out, "--no-report"),
    )
    assert (result.code, result.out) == (1, b"")
    assert len(result.problems) == 1


def test_files_of_another_run_are_named(llc: Llc, pairs: Path, tmp_path: Path) -> None:
    order = ("bench", "--dataset", pairs, "--qualities", "50", "-o", tmp_path, "--no-report")
    llc(*order, "--pipelines", "plain:jpeg")
    result = llc(*order, "--pipelines", "plain:webp")
    assert (result.code, result.problems) == (0, [])
    assert (
        result.err.splitlines()[-1] == f"note: files of other runs in {tmp_path}: plain-jpeg.json"
    )
    assert "note" not in llc(*order, "--pipelines", "plain:webp", "--quiet").err


def test_the_command_that_ran_stands_in_the_results(llc: Llc, pairs: Path, tmp_path: Path) -> None:
    options = ("--threads", "1", "--device", "auto", "--timeout", "90", "--anchor", "plain-jpeg")
    order = ("bench", "--dataset", pairs, "--pipelines", "plain:jpeg", "--qualities", "50")
    result = llc(*order, *options, "--show", "1", "-o", tmp_path)
    assert (result.code, result.problems) == (0, [])
    command = json.loads((tmp_path / "plain-jpeg.json").read_text())["meta"]["command"]
    for name, value in zip(options[::2], options[1::2], strict=True):
        assert f" {name} {value}" in command
    assert command.endswith(" --show 1")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count('class="compare"') == 1


def test_a_library_that_is_missing_is_reported_in_a_line(
    llc: Llc, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    out = tmp_path / "out"
    order = ("bench", "--dataset", pairs, "--pipelines", "plain:jpeg", "--qualities", "50")
    result = llc(*order, "-o", out)
    assert result.code == 1
    assert result.problems == ['llc: no plots without matplotlib: pip install "llcodec[bench]"']
    assert (out / "plain-jpeg.json").is_file()
    assert (out / "report.html").is_file()
    again = llc(*order, "-o", out, "--no-report")
    assert again.code == 0
    rate = json.loads((out / "plain-jpeg.json").read_text())["results"]["bpp"][0]
    assert again.out.decode().splitlines()[1].split()[1] == f"{rate:.3f}"  # one value is no span


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "--dataset"),
        (["--dataset", "nowhere"], 1, "neither a folder nor a known data set"),
        (["--dataset", ".", "--pipelines", "magic"], 1, "no pipeline 'magic'"),
        (["--dataset", ".", "--qualities", "high"], 2, "'high' is not a list of qualities"),
        (["--dataset", "lol"], 1, "--root"),
        (["--dataset", ".", "--jobs", "0"], 2, "jobs"),
        (["--dataset", ".", "--metrics", "lpips,fid"], 1, "no metric 'fid'"),
        (["--dataset", ".", "--anchor", "plain:vtm"], 1, "the anchor 'plain:vtm' is not among"),
        (["--dataset", ".", "--timeout", "0"], 2, "timeout"),
    ],
)
def test_wrong_orders_are_reported_in_a_line(
    llc: Llc,
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = llc("bench", *arguments)
    assert result.code == code
    assert message in result.err
    assert len(result.problems) == 1


def test_distances_are_measured_with_weights_from_a_file_or_the_cache(
    llc: Llc,
    pairs: Path,
    tmp_path: Path,
    random_backbones: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(random_backbones))
    (alexnet,) = random_backbones.rglob("alexnet-*.pth")
    order = ("bench", "--dataset", pairs, "--pipelines", "plain:jpeg", "--qualities", "20,80")
    result = llc(
        *(*order, "-o", tmp_path, "--no-report", "--metrics", f"dists,lpips:{alexnet}"),
    )
    assert (result.code, result.problems) == (0, [])
    stored = json.loads((tmp_path / "plain-jpeg.json").read_text())
    assert stored["results"]["lpips"] != stored["results"]["dists"]
    for name in ("lpips", "dists"):
        low, high = stored["results"][name]
        assert low != high
        assert all(0 < value < 1 for value in (low, high))
        assert len(stored["meta"]["metrics"][name]["sha256"]) == 64


def test_without_weights_one_line_says_how_to_give_them(
    llc: Llc,
    pairs: Path,
    tmp_path: Path,
    random_backbones: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "")
    result = llc("bench", "--dataset", pairs, "-o", tmp_path / "out", "--metrics", "dists")
    assert (result.code, result.out) == (1, b"")
    assert result.err.splitlines() == result.problems
    assert len(result.problems) == 1
    assert "vgg16-397923af.pth, the weights of vgg16, are not in" in result.err
    assert "give a file, dists:FILE" in result.err
    assert not (tmp_path / "out").exists()


def test_complexity_is_a_table_or_json(llc: Llc) -> None:
    table = llc("bench", "complexity")
    assert table.code == 0
    assert "Cheng-S + SNR-Aware" in table.out.decode()
    assert "406.6 G" in table.out.decode()
    rows = [json.loads(line) for line in llc("bench", "complexity", "--json").out.splitlines()]
    fast = next(row for row in rows if row["name"] == "joint fast")
    assert [stage["name"] for stage in fast["stages"]] == ["encoder", "entropy model", "decoder"]
