"""One training on two processes is the training on one (gloo, on processors)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from llcodec.errors import InputError
from llcodec.training.checkpoint import read_tensors
from llcodec.training.processes import (
    Processes,
    device_of_process,
    joined_processes,
    refuse_several_processes,
)

CPU = torch.device("cpu")


def test_parts_share_a_batch() -> None:
    assert [Processes(rank, 3).shard(6) for rank in range(3)] == [
        slice(0, 2),
        slice(2, 4),
        slice(4, 6),
    ]
    with pytest.raises(InputError, match="cannot be shared by 3"):
        Processes(0, 3).shard(7)


def test_noise_is_drawn_for_all_and_kept_in_part() -> None:
    x = torch.zeros(2, 3, 4, 4)
    torch.manual_seed(1)
    whole = Processes().with_noise(torch.cat((x, x)))
    torch.manual_seed(1)
    assert torch.equal(Processes(1, 2).with_noise(x), whole[2:])
    assert -0.5 <= float(whole.min()) < -0.4 < 0.4 < float(whole.max()) < 0.5


def test_alone_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined_processes(CPU) as processes:
        assert processes == Processes(0, 1)
        assert processes.any(True, CPU)
        assert not processes.any(False, CPU)
        assert processes.mean(torch.tensor(3.0)) == 3
        processes.barrier()


def test_devices_that_are_not_there_are_named() -> None:
    assert device_of_process("cpu") == CPU
    for name in ("cuda:99", "nonsense"):
        with pytest.raises(InputError, match=name):
            device_of_process(name)


SCRIPT = """
import sys
from pathlib import Path
from dataclasses import replace
import torch
from llcodec.data.folders import DataFolders
from llcodec.training.recipe import CODEC
from llcodec.training.recipe_files import read_recipe
from llcodec.training.codec_run import CodecRunOptions, run_recipe
torch.set_num_threads(1)
recipe = read_recipe(sys.argv[1], CODEC)
run_recipe(recipe, DataFolders.sort([Path(sys.argv[2])]), Path(sys.argv[3]), CodecRunOptions())
"""

RECIPE = """
preset = "fast"
[model]
widths = [8, 8, 8, 16]
latents = 16
hyper_latents = 8
hyper_hidden = 8
hyper_features = 12
context_features = 12
entropy_hidden = [16]
condition = 8
[tone]
steps = 2
batch = 2
[plain]
steps = 50
batch = 2
crop = 64
precision = "float32"
validate_every = 25
[joint]
steps = 30
batch = 2
crop = 64
precision = "float32"
validate_every = 15
"""


def test_two_processes_learn_as_one_does(pair_folder: Path, tmp_path: Path) -> None:
    script, recipe = tmp_path / "script.py", tmp_path / "recipe.toml"
    script.write_text(SCRIPT)
    recipe.write_text(RECIPE)
    arguments = [str(script), str(recipe), str(pair_folder)]
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    for command in (
        [sys.executable, *arguments, str(tmp_path / "one")],
        [*start, *arguments, str(tmp_path / "two")],
    ):
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
        assert done.returncode == 0, done.stderr
    for stage, steps in (("plain", [25, 50, 50]), ("joint", [15, 30, 30])):
        one, two = (curve(tmp_path / run / stage) for run in ("one", "two"))
        assert [row["step"] for row in one] == steps
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            assert flat(a) == pytest.approx(flat(b), rel=2e-3)
    ends = [
        read_tensors(tmp_path / run / "joint/checkpoint.safetensors")[0] for run in ("one", "two")
    ]
    for name in ("model.g_s.layers.0.weight", "ema.linear_synthesis.weight"):
        torch.testing.assert_close(ends[0][name], ends[1][name], rtol=0.02, atol=1e-3)


def curve(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def flat(row: dict[str, object]) -> list[float]:
    if "val" in row:
        return [v for score in row["val"] for v in score.values()]  # type: ignore[attr-defined]
    return [float(row[key]) for key in ("loss", "bpp", "psnr", "skipped")]  # type: ignore[arg-type]


def test_a_training_of_one_process_refuses_several(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_several_processes()
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(InputError, match="one process"):
        refuse_several_processes()
