"""Training from shards: resumed exactly, and alike on one process and on several."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from llcodec.data.folders import DataFolders
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Mix
from llcodec.errors import InputError
from llcodec.nets.presets import Preset
from llcodec.training.checkpoint import read_notes, read_tensors
from llcodec.training.codec_run import CodecRunOptions, run_recipe
from llcodec.training.recipe import LearningRate, Recipe, StageRecipe
from llcodec.training.tone import ToneRecipe
from tests.shards import Pixels, write_pairs, write_photographs
from tests.training.test_processes import RECIPE, curve, flat

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("webdataset")]
STAGE = StageRecipe(
    steps=4,
    batch=2,
    crop=64,
    precision="float32",
    validate_every=2,
    learning_rate=LearningRate(warmup=1),
    mix=Mix(0.5, 0.3),
)
CPU = CodecRunOptions(device="cpu")
Find = Callable[..., DataFolders]


@pytest.fixture
def places(pairs: list[Pair], photographs: list[Pixels], tmp_path: Path) -> list[str]:
    return [write_pairs(tmp_path / "d", pairs), write_photographs(tmp_path / "p", photographs)]


@pytest.fixture
def recipe(tiny_preset: Preset) -> Recipe:
    tone = ToneRecipe(steps=2, batch=2, validate_every=1)
    return Recipe(tiny_preset, tone=tone, plain=STAGE, joint=STAGE)


def test_stopped_runs_continue_at_shard_and_index(
    places: list[str], recipe: Recipe, tmp_path: Path
) -> None:
    """A session of no time takes one step; the end is that of a run in one go."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_recipe(recipe, DataFolders.find(places, 3), whole, CPU)
    tone = whole / "tone" / "tone.safetensors"
    options = CodecRunOptions(device="cpu", resume=True, max_hours=0.0, tone=tone)
    done = [run_recipe(recipe, DataFolders.find(places, 3), parts, options) for _ in range(7)]
    assert done == 6 * [False] + [True]
    for stage in ("plain", "joint"):
        files = [run / stage / "checkpoint.safetensors" for run in (whole, parts)]
        ends = [read_tensors(file)[0] for file in files]
        assert all(torch.equal(ends[0][k], ends[1][k]) for k in ends[0])
        notes = [read_notes(file) for file in files]
        assert notes[0]["stream"] == notes[1]["stream"]
        assert notes[0]["data"] == (
            "d: pairs in 2 shards, 3 at a time; p: photographs in 2 shards, 3 at a time"
        )


def test_other_shards_or_buffers_are_not_resumed(
    places: list[str], recipe: Recipe, tmp_path: Path
) -> None:
    plain = replace(recipe, tone=None, joint=None)
    options = CodecRunOptions(device="cpu", resume=True, max_hours=0.0)
    run_recipe(plain, DataFolders.find(places, 3), tmp_path / "run", options)
    for other in (DataFolders.find(places, 4), DataFolders.find(places[1:], 3)):
        with pytest.raises(InputError, match="started with other data"):
            run_recipe(plain, other, tmp_path / "run", options)


def test_the_joint_stage_needs_pairs(places: list[str], recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs pairs"):
        run_recipe(recipe, DataFolders.find(places[1:], 3), tmp_path / "run", CPU)


SCRIPT = """
import sys
from pathlib import Path
import torch
from llcodec.data.folders import DataFolders
from llcodec.training.recipe import CODEC
from llcodec.training.recipe_files import read_recipe
from llcodec.training.codec_run import CodecRunOptions, run_recipe
torch.set_num_threads(1)
recipe = read_recipe(sys.argv[1], CODEC, ["plain.steps=6", "joint.steps=6"])
data = DataFolders.find(sys.argv[3:], 3)
run_recipe(recipe, data, Path(sys.argv[2]), CodecRunOptions())
"""


def test_two_processes_learn_from_shards_as_one_does(places: list[str], tmp_path: Path) -> None:
    script, recipe = tmp_path / "script.py", tmp_path / "recipe.toml"
    script.write_text(SCRIPT)
    recipe.write_text(RECIPE)
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    for command, out in (([sys.executable], "one"), (start, "two")):
        words = [*command, str(script), str(recipe), str(tmp_path / out), *places]
        done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=300)
        assert done.returncode == 0, done.stderr
    for stage in ("plain", "joint"):
        one, two = (curve(tmp_path / run / stage) for run in ("one", "two"))
        assert len(one) == len(two) == 1
        assert flat(one[0]) == pytest.approx(flat(two[0]), rel=2e-3)
        files = [tmp_path / run / stage / "checkpoint.safetensors" for run in ("one", "two")]
        assert read_notes(files[0])["stream"] == read_notes(files[1])["stream"]
        assert read_notes(files[0])["rng"] == read_notes(files[1])["rng"]
