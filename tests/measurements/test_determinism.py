"""The matrix: its settings, its processes, and that it notices a difference."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from measurements.determinism import (
    Axes,
    Setting,
    combinations,
    main,
    one_by_one,
    photograph_folder,
    run,
    summary,
)
from measurements.determinism_worker import check_folder

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A golden folder of two files: quick to go through."""
    expected = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
    kept = {name: expected["files"][name] for name in ("odd-q4.5.llc", "serial.llc")}
    folder = tmp_path / "few"
    folder.mkdir()
    for name in (*expected["models"].values(), *kept, "odd-q4.5.png", "odd-q4.5.as-shot.png"):
        shutil.copy(GOLDEN / name, folder)
    shutil.copy(GOLDEN / "serial.png", folder)
    (folder / "expected.json").write_text(json.dumps(expected | {"files": kept, "broken": {}}))
    return folder


AXES = Axes(
    aten=["unset", "avx2"],
    onednn=["unset", "off"],
    mkl=["unset", "AVX2"],
    openblas=["unset", "Haswell"],
    threads=[1, 2],
    memory=["contiguous"],
)


def test_combinations() -> None:
    plain = combinations(AXES)
    assert len(plain) == len(set(plain)) == 2 * 2 + 2 + 5
    assert Setting("avx2", "off", memory="contiguous") in plain
    assert Setting(mkl="AVX2", threads=2, memory="contiguous") in plain
    assert Setting(openblas="Haswell", threads=2, memory="contiguous") in plain
    assert Setting(onednn="off", threads=2, memory="contiguous") in plain
    assert {s.device for s in plain} == {"cpu"}
    with_cuda = combinations(replace(AXES, device=("cpu", "cuda")))
    assert set(plain) < set(with_cuda)
    assert [s.threads for s in with_cuda if s.device == "cuda"] == [1, 2]
    with_both = combinations(replace(AXES, engine=("torch", "onnx")))
    assert [s.threads for s in with_both if s.engine == "onnx"] == [1, 2]


def test_one_by_one() -> None:
    found = list(one_by_one(replace(AXES, device=("cpu", "cuda"))))
    usual = Setting(memory="contiguous")
    assert found[0] == usual
    assert found[1:] == [
        replace(usual, aten="avx2"),
        replace(usual, onednn="off"),
        replace(usual, mkl="AVX2"),
        replace(usual, openblas="Haswell"),
        replace(usual, threads=2),
        replace(usual, device="cuda"),
    ]


def test_a_process_has_the_variables_of_its_setting_and_no_others() -> None:
    base = {"HOME": "/", "MKL_CBWR": "AVX2", "OMP_NUM_THREADS": "7", "ATEN_CPU_CAPABILITY": "x"}
    found = Setting(onednn="SSE41", threads=4).environment(base)
    assert found["HOME"] == "/"
    assert found["DNNL_MAX_CPU_ISA"] == "SSE41"
    assert found["OMP_NUM_THREADS"] == "4"
    assert not {"ATEN_CPU_CAPABILITY", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS"} & found.keys()
    off = Setting(onednn="off")
    assert "DNNL_MAX_CPU_ISA" not in off.environment(base)
    assert "--without-onednn" in off.arguments()


def test_the_command_writes_a_table(
    few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results" / "determinism.json"
    axes = ["--aten", "default", "--onednn", "SSE41", "--mkl", "unset", "--openblas", "unset"]
    axes += ["--threads", "2"]
    arguments = ["--golden", str(few), *axes, "--memory", "contiguous", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["determinism", *arguments])
    assert main() == 0
    result = json.loads(out.read_text("utf-8"))
    row, other = result["table"]
    assert (row["engine"], other["engine"]) == ("torch", "onnx")
    assert row["problems"] == other["problems"] == []
    assert row["files"] == 2
    assert row["distance"] <= 1
    assert row["torch"] == torch.__version__
    assert row["instructions"] == "DEFAULT"
    assert row["onednn_ran_on"] in (None, "Intel SSE4.1")
    assert result["summary"]["processes_that_differ"] == 0
    assert str(tmp_path) not in out.read_text("utf-8")


def test_a_difference_is_noticed(few: Path) -> None:
    path = few / "expected.json"
    expected = json.loads(path.read_text("utf-8"))
    tile = expected["files"]["serial.llc"]["exactly"]["tiles"][0]
    tile["indices"] = tile["means"]
    path.write_text(json.dumps(expected))
    row = run(sys.executable, Setting(onednn="off"), [few])
    assert row["problems"] == ["serial.llc: tiles 0 indices differs"]
    assert row["onednn_convolutions"] == 0
    assert summary([row])["processes_that_differ"] == 1


def test_a_process_that_fails_is_a_problem(tmp_path: Path) -> None:
    program = shutil.which("false")  # for any interpreter that cannot do it
    assert program is not None
    row = run(program, Setting(), [tmp_path])
    assert row["problems"] == ["the process ended with 1: without a message"]
    assert summary([row]) == {
        "processes": 1,
        "processes_that_differ": 1,
        "files_decoded": 0,
        "torch": [],
        "largest_distance_in_levels": None,
    }


def test_a_photograph_becomes_a_golden_folder(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noisy = rng.integers(0, 60, (90, 140, 3), np.uint8)
    Image.fromarray(noisy).save(tmp_path / "noisy.png")
    folder = photograph_folder(tmp_path / "noisy.png", tmp_path)
    device = torch.device("cpu")
    (same,) = check_folder(folder, "channels_last", device, "onnx").values()
    assert same.problems == ()
    assert same.distance == 0  # it was made with this engine
    (other,) = check_folder(folder, "channels_last", device, "torch").values()
    assert other.problems == ()
    assert other.distance in (0, 1)
