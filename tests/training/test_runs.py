"""Folders of data in, run folders and a weight file out: the whole way, once, in miniature."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec.codec.codec import Codec, Target
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Mix
from llcodec.errors import InputError
from llcodec.imaging import Picture
from llcodec.training import runs
from llcodec.training.checkpoint import read_tensors
from llcodec.training.recipe import CodecRecipe
from llcodec.training.runs import (
    DataFolders,
    bright_halves,
    export_run,
    run_joint,
    run_plain,
    run_tone,
)
from llcodec.training.tone import ToneRecipe

PLAIN = CodecRecipe("plain", 2, 2, 64, precision="float32", validate_every=2, warmup=1)
JOINT = replace(PLAIN, stage="joint", mix=Mix(0.6, 0.2))


@pytest.fixture
def folders(pairs: list[Pair], photographs: list[np.ndarray], tmp_path: Path) -> DataFolders:
    rows = ["split,low,high"]
    for number, pair in enumerate(pairs):
        for kind, pixels in (("low", pair.low), ("high", pair.high)):
            Image.fromarray(pixels).save(tmp_path / f"{kind}{number}.png")
        split = "val" if number == 3 else "train"
        rows.append(f"{split},low{number}.png,high{number}.png")
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "photographs").mkdir()
    for number, pixels in enumerate(photographs):
        Image.fromarray(pixels).save(tmp_path / "photographs" / f"{number}.png")
    return DataFolders([tmp_path], [tmp_path / "photographs"])


def test_from_folders_to_a_model_that_codes(
    folders: DataFolders, tiny_model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FAST", tiny_model().preset)  # else the same, but for minutes
    tone, plain, joint = (tmp_path / name for name in ("tone", "plain", "joint"))
    run_tone(folders, ToneRecipe(steps=2, batch=2, validate_every=1), tone)
    run_plain(folders, PLAIN, plain, resume=False, max_hours=1)
    start, weights = plain / "checkpoint.safetensors", tone / "tone.safetensors"
    run_joint(folders, JOINT, joint, start=start, tone=weights, resume=False, max_hours=1)
    checkpoint = joint / "checkpoint.safetensors"

    # Each stage goes on from the one before.
    tensors, metadata = read_tensors(checkpoint)
    assert metadata["step"] == "2"
    tone_state = read_tensors(weights)[0]
    assert all(torch.equal(tensors[f"model.tone.{k}"], v) for k, v in tone_state.items())
    before = read_tensors(start)[0]["ema.linear_synthesis.weight"]
    moved = tensors["model.linear_synthesis.weight"] - before
    assert 0 < float(moved.abs().max()) < 0.01

    # A finished run is not overwritten, and resuming it does nothing more.
    with pytest.raises(InputError, match="holds a run already"):
        run_plain(folders, PLAIN, plain, resume=False, max_hours=1)
    run_plain(folders, PLAIN, plain, resume=True, max_hours=1)
    assert read_tensors(start)[1]["step"] == "2"

    out = tmp_path / "mini.safetensors"
    export_run(checkpoint, folders, "mini", out)
    codec = Codec(str(out), device="cpu")
    assert codec.file.name == "mini"
    assert codec.file.notes["steps"] == "2"
    pixels = folders.read_pairs("val")[0].low
    back = codec.decode(codec.encode(Picture(pixels), Target(8.0)), brightness=0)
    assert np.abs(back.pixels.astype(int) - pixels).mean() < 6


def test_folders_give_all_photographs_and_a_third_of_the_bright_halves(
    folders: DataFolders,
) -> None:
    assert len(folders.read_pairs("train")) == 3
    assert len(folders.read_pairs("val")) == 1
    assert len(folders.read_photographs()) == 4
    assert len(bright_halves(folders.read_pairs("train"))) == 1


def test_what_is_missing_is_an_input_error(folders: DataFolders, tmp_path: Path) -> None:
    missing = tmp_path / "none.safetensors"
    with pytest.raises(InputError, match="no such file"):
        run_joint(
            folders, JOINT, tmp_path / "x", start=missing, tone=missing, resume=False, max_hours=1
        )
    with pytest.raises(InputError, match="no such file"):
        export_run(missing, folders, "x", tmp_path / "x.safetensors")
    with pytest.raises(InputError):
        DataFolders([tmp_path / "none"], []).read_pairs("train")
