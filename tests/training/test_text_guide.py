"""Training of a text guide in small: two towers that learn dark from bright in seconds."""

import importlib.util
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.text_guide.file import read_card, read_guide
from llcodec.text_guide.shape import GuideShape
from llcodec.training.text_contrast import TextGuideRecipe

needs_open_clip = pytest.mark.skipif(
    importlib.util.find_spec("open_clip") is None, reason="open_clip is an extra"
)
TINY = GuideShape(
    image_size=32,
    patch=8,
    width=64,
    layers=2,
    context=24,
    vocabulary=2048,
    text_width=64,
    text_layers=1,
    embedding=32,
)
RECIPE = TextGuideRecipe(
    steps=40, batch=12, warmup=5, ema_decay=0.9, validate_every=40, learning_rate=2e-3, shape=TINY
)


@pytest.fixture
def folders(pair_folder: Path, photograph_folder: Path) -> DataFolders:
    return DataFolders.sort([pair_folder, photograph_folder])


def rows(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


@needs_open_clip
def test_a_guide_learns_and_survives_its_file(folders: DataFolders, tmp_path: Path) -> None:
    from llcodec.training.text_guide_run import FILE, run_text_guide

    assert run_text_guide(folders, RECIPE, tmp_path, "tiny-guide")
    losses = [row["loss"] for row in rows(tmp_path) if "loss" in row]
    assert losses[-1] < 0.8 * losses[0]
    pairs, ladders = rows(tmp_path)[-1]["val"]
    assert pairs["pairs_gap"] > 0.02
    assert ladders["ladders_to_normal"] > 0.8
    guide, card = read_guide(tmp_path / FILE), read_card(tmp_path / FILE)
    assert (guide.name, card.shape) == ("tiny-guide", TINY)
    assert json.loads(card.notes["recipe"])["steps"] == 40
    bright, dark = torch.full((1, 3, 48, 48), 0.7), torch.full((1, 3, 48, 48), 0.02)
    assert float(guide.lightness(bright)) > float(guide.lightness(dark))


@needs_open_clip
def test_a_run_that_stops_goes_on_exactly(
    folders: DataFolders, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from llcodec.training.text_guide_run import FILE, run_text_guide

    short = replace(RECIPE, steps=6, batch=4, validate_every=3)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_text_guide(folders, short, whole, "tiny")
    for _ in range(6):
        done = run_text_guide(folders, short, parts, "tiny", resume=True, max_hours=0)
    assert done
    one, other = (read_guide(out / FILE).model.state_dict() for out in (whole, parts))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert rows(whole) == rows(parts)
    assert [row["step"] for row in rows(whole)] == [3, 6]
    assert capfd.readouterr() == ("", "")


@needs_open_clip
def test_a_run_is_neither_overwritten_nor_changed(folders: DataFolders, tmp_path: Path) -> None:
    from llcodec.training.text_guide_run import FILE, run_text_guide

    short = replace(RECIPE, steps=3, batch=4)
    assert not run_text_guide(folders, short, tmp_path, "tiny", max_hours=0)
    assert not (tmp_path / FILE).exists()
    kept = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(InputError, match="holds a run already"):
        run_text_guide(folders, short, tmp_path, "tiny")
    with pytest.raises(InputError, match="other settings"):
        run_text_guide(folders, replace(short, batch=6), tmp_path, "tiny", resume=True)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == kept


@needs_open_clip
def test_the_scale_stays_below_its_limit(folders: DataFolders, tmp_path: Path) -> None:
    from llcodec.training.text_guide import TextGuideTrainer

    recipe = replace(RECIPE, steps=4, batch=4, most_scale=1.01, learning_rate=0.1, warmup=0)
    trainer = TextGuideTrainer(
        recipe, folders.read_pairs("train"), folders.read_photographs(), [], tmp_path
    )
    trainer.run()
    scale = float(trainer.model.logit_scale.detach().exp())
    assert 0 < scale <= 1.01 + 1e-6
    assert math.isfinite(
        float(np.sum([p.detach().abs().sum() for p in trainer.model.parameters()]))
    )
