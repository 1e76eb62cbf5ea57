"""Training of a text guide in small: two towers that learn dark from bright in seconds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.text_guide.file import read_card, read_guide
from llcodec.training.run_options import RunOptions
from projects.text_guide.contrast import TextGuideRecipe
from projects.text_guide.training_run import FILE, run_text_guide

STEP = RunOptions(resume=True, max_hours=0)


@pytest.fixture
def folders(pair_folder: Path, photograph_folder: Path) -> DataFolders:
    return DataFolders.sort([pair_folder, photograph_folder])


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


@pytest.mark.extra("open_clip")
def test_a_guide_learns_and_survives_its_file(
    folders: DataFolders, text_guide_recipe: TextGuideRecipe, tmp_path: Path
) -> None:
    assert run_text_guide(folders, text_guide_recipe, tmp_path, "tiny-guide", RunOptions())
    losses = [row["loss"] for row in rows(tmp_path) if "loss" in row]
    assert losses[-1] < 0.8 * losses[0]
    pairs, ladders = rows(tmp_path)[-1]["val"]
    assert pairs["pairs_gap"] > 0.02
    assert ladders["ladders_to_normal"] > 0.8
    guide, card = read_guide(tmp_path / FILE), read_card(tmp_path / FILE)
    assert (guide.name, card.shape) == ("tiny-guide", text_guide_recipe.shape)
    assert json.loads(card.notes["recipe"])["steps"] == 40
    bright, dark = torch.full((1, 3, 48, 48), 0.7), torch.full((1, 3, 48, 48), 0.02)
    assert float(guide.lightness(bright)) > float(guide.lightness(dark))


@pytest.mark.extra("open_clip")
def test_a_run_that_stops_continues_exactly(
    folders: DataFolders,
    text_guide_recipe: TextGuideRecipe,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    short = replace(text_guide_recipe, steps=6, batch=4, validate_every=3)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_text_guide(folders, short, whole, "tiny", RunOptions())
    for _ in range(6):
        done = run_text_guide(folders, short, parts, "tiny", STEP)
    assert done
    one, other = (read_guide(out / FILE).model.state_dict() for out in (whole, parts))
    assert all(torch.equal(one[key], other[key]) for key in one)
    times = dict.fromkeys(("hours", "steps_per_second", "crops_per_second", "hours_left"), 0)
    timeless = [[row | times for row in rows(out)] for out in (whole, parts)]
    assert timeless[0] == timeless[1]
    assert [row["step"] for row in rows(whole)] == [3, 6, 6]
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "text guide" in printed.err
    assert "warning" not in printed.err.lower()


@pytest.mark.extra("open_clip")
def test_a_run_is_neither_overwritten_nor_changed(
    folders: DataFolders, text_guide_recipe: TextGuideRecipe, tmp_path: Path
) -> None:
    short = replace(text_guide_recipe, steps=3, batch=4)
    assert not run_text_guide(folders, short, tmp_path, "tiny", RunOptions(max_hours=0))
    assert not (tmp_path / FILE).exists()
    kept = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(InputError, match="holds a run already"):
        run_text_guide(folders, short, tmp_path, "tiny", RunOptions())
    with pytest.raises(InputError, match="other settings"):
        run_text_guide(folders, replace(short, batch=6), tmp_path, "tiny", STEP)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == kept


@pytest.mark.extra("open_clip")
def test_folders_have_their_names_wherever_one_stands(
    pair_folder: Path,
    photograph_folder: Path,
    text_guide_recipe: TextGuideRecipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(pair_folder)
    folders = DataFolders.sort([Path(), photograph_folder])
    assert run_text_guide(
        folders, replace(text_guide_recipe, steps=1), tmp_path, "tiny", RunOptions()
    )
    notes = read_card(tmp_path / FILE).notes
    assert notes["data"] == f"{pair_folder.name}, {photograph_folder.name}"
