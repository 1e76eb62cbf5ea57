"""Folders of data in, run folders and a weight file out: the whole way, once, in miniature."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.codec.codec import Codec, Target
from llcodec.data.folders import DataFolders
from llcodec.data.sampling import Mix
from llcodec.errors import InputError, UnknownModelError
from llcodec.imaging import Picture
from llcodec.nets.presets import Preset
from llcodec.training.checkpoint import hours_of, read_tensors
from llcodec.training.codec_run import CodecRunOptions, run_recipe
from llcodec.training.recipe import Distortion, LearningRate, Recipe, StageRecipe
from llcodec.training.tone import ToneRecipe
from llcodec.training.tone_run import run_tone
from llcodec.training.weight_files import export_run

STAGE = StageRecipe(
    steps=2,
    batch=2,
    crop=64,
    precision="float32",
    validate_every=2,
    learning_rate=LearningRate(warmup=1),
    mix=Mix(0.6, 0.2),
)
TONE = ToneRecipe(steps=2, batch=2, validate_every=1)


@pytest.fixture
def folders(pair_folder: Path, photograph_folder: Path) -> DataFolders:
    return DataFolders.sort([pair_folder, photograph_folder])


@pytest.fixture
def recipe(tiny_preset: Preset) -> Recipe:
    joint = replace(STAGE, lambdas=tuple(v / 2 for v in STAGE.lambdas))
    return Recipe(tiny_preset, tone=TONE, plain=STAGE, joint=joint)


CPU = CodecRunOptions(device="cpu")
AGAIN = CodecRunOptions(device="cpu", resume=True)


def test_from_folders_to_a_model_that_codes(
    folders: DataFolders, recipe: Recipe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert run_recipe(recipe, folders, out, CPU)
    assert "finished" not in capsys.readouterr().err
    checkpoint = out / "joint" / "checkpoint.safetensors"

    # Each stage goes on from the one before.
    tensors, metadata = read_tensors(checkpoint)
    assert metadata["step"] == "2"
    tone_state = read_tensors(out / "tone" / "tone.safetensors")[0]
    assert all(torch.equal(tensors[f"model.tone.{k}"], v) for k, v in tone_state.items())
    before = read_tensors(out / "plain" / "checkpoint.safetensors")[0]
    assert not any("snr_branch" in key or ".tone." in key for key in before)
    moved = tensors["model.linear_synthesis.weight"] - before["ema.linear_synthesis.weight"]
    assert 0 < float(moved.abs().max()) < 0.01

    # A finished run is not overwritten, and resuming it does nothing more.
    with pytest.raises(InputError, match="holds a run already"):
        run_recipe(recipe, folders, out, CPU)
    stamp = checkpoint.stat().st_mtime_ns
    assert run_recipe(recipe, folders, out, AGAIN)
    assert checkpoint.stat().st_mtime_ns == stamp
    assert "is finished: no step left to train" in capsys.readouterr().err

    weights = tmp_path / "mini.safetensors"
    export_run(checkpoint, folders, "mini", weights)
    codec = Codec(str(weights), device="cpu")
    assert codec.file.name == "mini"
    assert (codec.file.training.steps, codec.file.training.stage) == (2, "joint")
    assert codec.file.training.lambdas == recipe.joint.lambdas  # type: ignore[union-attr]
    assert codec.file.notes["data"].endswith(": 3 pairs, 5 photographs")
    assert codec.file.notes["code"]

    # Its hours are those of all stages.
    stages = [
        checkpoint,
        out / "plain" / "checkpoint.safetensors",
        out / "tone" / "tone.safetensors",
    ]
    hours = [float(read_tensors(stage)[1]["hours"]) for stage in stages]
    assert codec.file.training.hours == pytest.approx(sum(hours), abs=1e-3)
    assert hours[0] < float(metadata["hours"]) + float(metadata["hours_before"])

    pixels = folders.read_pairs("val")[0].low
    back = codec.decode(codec.encode(Picture(pixels), Target(8.0)), brightness=0)
    assert np.abs(back.pixels.astype(int) - pixels).mean() < 6

    # Qualities spread over twice the λ: quality 4 is now what lay between 4 and 5.
    trained = json.loads(metadata["lambdas"])
    lambdas = [2 * lam for lam in trained]
    export_run(checkpoint, folders, "mini", weights, lambdas)
    spread = Codec(str(weights), device="cpu")
    assert spread.file.training.lambdas == tuple(lambdas)
    rung = 4 + math.log(2) / math.log(trained[4] / trained[3])
    torch.testing.assert_close(
        torch.from_numpy(spread.transforms.gain(4.0)).log(),
        torch.from_numpy(codec.transforms.gain(rung)).log(),
        rtol=0,
        atol=2e-3,
    )
    with pytest.raises(InputError, match="8 rising values of λ"):
        export_run(checkpoint, folders, "mini", weights, lambdas[::-1])


def test_the_plain_stage_ends_in_a_codec_that_brings_pictures_back(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    plain = replace(recipe, joint=None, tone=None)
    assert run_recipe(plain, folders, tmp_path / "run", CPU)
    assert not (tmp_path / "run" / "tone").exists()
    weights = tmp_path / "base.safetensors"
    export_run(tmp_path / "run" / "plain" / "checkpoint.safetensors", folders, "base", weights)
    codec = Codec(str(weights), device="cpu")
    assert not codec.file.preset.global_tone
    pixels = folders.read_pairs("val")[0].high
    data = codec.encode(Picture(pixels), Target(8.0))
    assert np.abs(codec.decode(data).pixels.astype(int) - pixels).mean() < 9


def test_stopped_runs_continue_in_the_stage_they_were_in(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    """A session of no time takes one step; the end is that of a run in one go."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run_recipe(recipe, folders, whole, CPU)
    options = replace(AGAIN, max_hours=0.0, tone=whole / "tone" / "tone.safetensors")
    done = [run_recipe(recipe, folders, parts, options) for _ in range(3)]
    assert done == [False, False, True]  # the second session ends the plain stage
    ends = [read_tensors(run / "joint" / "checkpoint.safetensors")[0] for run in (whole, parts)]
    assert all(torch.equal(ends[0][k], ends[1][k]) for k in ends[0])


def test_given_weights_take_the_place_of_stages(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    run_recipe(recipe, folders, first, CPU)
    options = replace(
        CPU,
        start=first / "joint" / "checkpoint.safetensors",
        tone=first / "tone" / "tone.safetensors",
    )
    assert run_recipe(recipe, folders, tmp_path / "second", options)
    assert [p.name for p in (tmp_path / "second").iterdir()] == ["joint"]
    joint_only = replace(recipe, plain=None)
    with pytest.raises(InputError, match="needs a plain stage"):
        run_recipe(joint_only, folders, tmp_path / "third", CPU)
    with pytest.raises(InputError, match="no tone stage"):
        run_recipe(replace(recipe, tone=None), folders, tmp_path / "fourth", CPU)


def test_the_scores_of_given_tone_networks_are_noted(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    """Not those of the networks that they replace."""
    first, other = tmp_path / "first", tmp_path / "other"
    run_recipe(recipe, folders, first, CPU)
    assert recipe.tone is not None
    run_tone(folders, recipe.tone, other, seed=7, members=recipe.preset.tone_members)
    tone = other / "tone.safetensors"
    start = first / "joint" / "checkpoint.safetensors"
    run_recipe(recipe, folders, tmp_path / "second", replace(CPU, start=start, tone=tone))
    checkpoint = tmp_path / "second" / "joint" / "checkpoint.safetensors"
    scores = [read_tensors(path)[1] for path in (start, tone, checkpoint)]
    assert scores[2]["tone_psnr"] == scores[1]["val_psnr"] != scores[0]["tone_psnr"]


def test_plain_training_continues_from_given_weights(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    plain = replace(recipe, joint=None, tone=None)
    first, second = tmp_path / "first", tmp_path / "second"
    run_recipe(plain, folders, first, CPU)
    start = first / "plain" / "checkpoint.safetensors"
    assert run_recipe(plain, folders, second, replace(CPU, start=start))
    before, _ = read_tensors(start)
    after, notes = read_tensors(second / "plain" / "checkpoint.safetensors")
    assert (notes["step"], notes["stage"]) == ("2", "plain")
    assert float(notes["hours_before"]) > 0
    moved = after["model.linear_synthesis.weight"] - before["ema.linear_synthesis.weight"]
    assert 0 < float(moved.abs().max()) < 0.01  # two steps away from the start, not from the KLT


def test_such_a_run_stops_and_continues_exactly(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    plain = replace(recipe, joint=None, tone=None)
    run_recipe(plain, folders, tmp_path / "first", CPU)
    start = tmp_path / "first" / "plain" / "checkpoint.safetensors"
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run_recipe(plain, folders, whole, replace(CPU, start=start))
    options = replace(AGAIN, start=start, max_hours=0.0)
    assert [run_recipe(plain, folders, parts, options) for _ in range(2)] == [False, True]
    ends = [read_tensors(run / "plain" / "checkpoint.safetensors")[0] for run in (whole, parts)]
    assert all(torch.equal(ends[0][k], ends[1][k]) for k in ends[0])


def test_a_run_that_began_from_given_weights_needs_them_again(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    """Without them, a plain stage would be trained for nothing."""
    run_recipe(recipe, folders, tmp_path / "first", CPU)
    given = replace(
        AGAIN,
        start=tmp_path / "first" / "plain" / "checkpoint.safetensors",
        tone=tmp_path / "first" / "tone" / "tone.safetensors",
    )
    out = tmp_path / "second"
    assert not run_recipe(recipe, folders, out, replace(given, max_hours=0.0))
    with pytest.raises(InputError, match="give them again with --start"):
        run_recipe(recipe, folders, out, replace(given, start=None))
    assert run_recipe(recipe, folders, out, given)


def test_the_hours_before_are_not_lost_by_a_resume(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    plain = replace(recipe, joint=None, tone=None)
    run_recipe(plain, folders, tmp_path / "first", CPU)
    start = tmp_path / "first" / "plain" / "checkpoint.safetensors"
    out = tmp_path / "second"
    assert not run_recipe(plain, folders, out, replace(CPU, start=start, max_hours=0.0))
    assert run_recipe(plain, folders, out, AGAIN)
    notes = read_tensors(out / "plain" / "checkpoint.safetensors")[1]
    assert float(notes["hours_before"]) > 0


def test_what_no_stage_would_do_is_refused(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    """A command that trains nothing, or nothing from what was given, must not succeed."""
    run_recipe(recipe, folders, tmp_path / "first", CPU)
    checkpoint = tmp_path / "first" / "plain" / "checkpoint.safetensors"
    plain = replace(recipe, joint=None)
    for unfit, options, message in (
        (replace(plain, plain=None), CPU, "nothing to train"),
        (replace(plain, plain=None), replace(CPU, start=checkpoint), "nothing to train"),
        (plain, replace(CPU, tone=tmp_path / "first/tone/tone.safetensors"), "tone network"),
        (plain, replace(CPU, start=checkpoint, narrow=checkpoint), "not both"),
        (replace(recipe, plain=None), replace(CPU, narrow=checkpoint), "no plain stage"),
        (recipe, replace(CPU, lpips=(checkpoint,)), "weighs LPIPS"),
    ):
        with pytest.raises(InputError, match=message):
            run_recipe(unfit, folders, tmp_path / "x", options)
    assert not (tmp_path / "x").exists()


def test_lpips_needs_its_weights_before_the_first_stage(
    folders: DataFolders, recipe: Recipe, tmp_path: Path, random_backbones: Path
) -> None:
    assert recipe.joint is not None
    joint = replace(recipe.joint, distortion=Distortion(perceptual=0.1))
    recipe = replace(recipe, joint=joint)
    with pytest.raises(UnknownModelError, match=r"none\.pth"):
        run_recipe(recipe, folders, tmp_path / "x", replace(CPU, lpips=(tmp_path / "none.pth",)))
    assert not (tmp_path / "x").exists()
    (backbone,) = random_backbones.rglob("squeezenet*.pth")
    assert run_recipe(recipe, folders, tmp_path / "run", replace(CPU, lpips=(backbone,)))
    settings = [
        json.loads((tmp_path / "run" / stage / "config.json").read_text())
        for stage in ("plain", "joint")
    ]
    assert ["metrics" in stage for stage in settings] == [False, True]


def test_a_weight_file_that_lends_its_tone_does_not_count_its_hours(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    """They are in those of a codec that went on from it."""
    run_recipe(recipe, folders, tmp_path / "first", CPU)
    checkpoint = tmp_path / "first" / "joint" / "checkpoint.safetensors"
    weights = tmp_path / "first.safetensors"
    export_run(checkpoint, folders, "first", weights)
    joint = replace(recipe, plain=None, tone=None)
    for name, tone in (("file", weights), ("network", tmp_path / "first/tone/tone.safetensors")):
        options = replace(CPU, start=checkpoint, tone=tone)
        assert run_recipe(joint, folders, tmp_path / name, options)
        notes = read_tensors(tmp_path / name / "joint" / "checkpoint.safetensors")[1]
        counted = [checkpoint] if tone == weights else [checkpoint, tone]
        assert float(notes["hours_before"]) == pytest.approx(sum(map(hours_of, counted)), abs=1e-6)


def test_stages_may_weigh_other_backbones(
    folders: DataFolders, recipe: Recipe, tmp_path: Path, random_backbones: Path
) -> None:
    """Files are given once, in the order in which backbones are first named."""
    assert recipe.plain is not None
    assert recipe.joint is not None
    plain = replace(recipe.plain, distortion=Distortion(perceptual=0.1, backbones=("alexnet",)))
    both = Distortion(perceptual=0.1, backbones=("squeezenet", "alexnet"))
    recipe = replace(recipe, plain=plain, joint=replace(recipe.joint, distortion=both))
    (alexnet,), (squeezenet,) = (
        list(random_backbones.rglob(f"{name}*.pth")) for name in ("alexnet", "squeezenet")
    )
    options = replace(CPU, lpips=(alexnet, squeezenet))
    assert run_recipe(recipe, folders, tmp_path / "run", options)
    names = [
        list(json.loads((tmp_path / "run" / stage / "config.json").read_text())["metrics"])
        for stage in ("plain", "joint")
    ]
    assert names == [["lpips"], ["lpips-squeeze", "lpips"]]
    with pytest.raises(InputError, match="in this order: alexnet and squeezenet"):
        run_recipe(recipe, folders, tmp_path / "x", replace(CPU, lpips=(squeezenet,)))


def test_bright_halves_serve_where_there_are_no_photographs(
    pair_folder: Path, recipe: Recipe, tmp_path: Path
) -> None:
    assert run_recipe(recipe, DataFolders.sort([pair_folder]), tmp_path / "run", CPU)


def test_bright_halves_can_be_left_out(pair_folder: Path, recipe: Recipe, tmp_path: Path) -> None:
    """A joint stage of pairs alone then needs no photographs either."""
    data, plain = DataFolders.sort([pair_folder]), replace(STAGE, bright_halves=False)
    with pytest.raises(InputError, match="needs photographs"):
        run_recipe(replace(recipe, plain=plain), data, tmp_path / "plain", CPU)
    run_recipe(recipe, data, tmp_path / "first", CPU)
    start = replace(CPU, start=tmp_path / "first" / "plain" / "checkpoint.safetensors")
    joint = replace(plain, mix=Mix(pairs=1.0, darkened=0.0))
    assert run_recipe(replace(recipe, joint=joint), data, tmp_path / "joint", start)


def test_photographs_alone_train_the_plain_stage(
    photograph_folder: Path, recipe: Recipe, tmp_path: Path
) -> None:
    data = DataFolders.sort([photograph_folder])
    assert run_recipe(replace(recipe, joint=None), data, tmp_path / "run", CPU)
    with pytest.raises(InputError, match="needs pairs of the split 'train'"):
        run_recipe(recipe, data, tmp_path / "other", CPU)
    assert not (tmp_path / "other").exists()  # hours of an earlier stage would have been lost


def test_other_settings_do_not_continue(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    plain = replace(recipe, joint=None, tone=None)
    run_recipe(plain, folders, out, replace(CPU, max_hours=0.0))
    with pytest.raises(InputError, match="other settings"):
        run_recipe(replace(plain, seed=5), folders, out, AGAIN)


def test_what_is_missing_is_an_input_error(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    missing = tmp_path / "none.safetensors"
    with pytest.raises(InputError, match="no such file"):
        run_recipe(recipe, folders, tmp_path / "x", replace(CPU, start=missing))
    with pytest.raises(InputError, match="no such file"):
        run_recipe(recipe, folders, tmp_path / "x", replace(CPU, tone=missing))
    with pytest.raises(InputError, match="no tone stage"):
        run_recipe(replace(recipe, tone=None), folders, tmp_path / "x", CPU)
    with pytest.raises(InputError, match="needs a plain stage"):
        run_recipe(replace(recipe, plain=None), folders, tmp_path / "x", CPU)
    assert not (tmp_path / "x").exists()
    with pytest.raises(InputError, match="no such file"):
        export_run(missing, folders, "x", tmp_path / "x.safetensors")


def test_a_run_does_not_continue_with_other_data_or_another_shape(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    plain = replace(recipe, joint=None, tone=None)
    run_recipe(plain, folders, out, replace(CPU, max_hours=0.0))
    with pytest.raises(InputError, match="other data"):
        run_recipe(plain, DataFolders(folders.pairs, ()), out, AGAIN)
    published = replace(plain, preset=replace(plain.preset, snr="published"))
    with pytest.raises(InputError, match="other preset"):
        run_recipe(published, folders, out, AGAIN)
    assert run_recipe(plain, folders, out, AGAIN)


def test_a_run_that_ends_in_the_tone_stage_continues_there(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    assert not run_recipe(recipe, folders, out, replace(CPU, max_hours=0.0))
    assert not (out / "plain").exists()
    assert run_recipe(recipe, folders, out, AGAIN)
    checkpoint = out / "joint" / "checkpoint.safetensors"
    assert len(json.loads(read_tensors(checkpoint)[1]["tone_psnr"])) == 1


def test_a_run_that_is_in_its_tone_stage_is_not_overwritten(
    folders: DataFolders, recipe: Recipe, tmp_path: Path
) -> None:
    run_tone(folders, TONE, tmp_path / "tone", members=1)
    (tmp_path / "tone" / "tone.safetensors").unlink()  # now as after the first of two members
    with pytest.raises(InputError, match="holds a run already"):
        run_recipe(recipe, folders, tmp_path, CPU)
    with pytest.raises(InputError, match="trained with another seed"):
        run_recipe(replace(recipe, seed=5), folders, tmp_path, AGAIN)
    assert run_recipe(recipe, folders, tmp_path, AGAIN)
