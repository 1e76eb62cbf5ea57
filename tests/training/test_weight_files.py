"""From the checkpoint of an enhancer's training to a file that enhances; codecs: test_runs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llcodec._cards import read_card
from llcodec.data.folders import DataFolders
from llcodec.enhancing.enhancer import Enhancer
from llcodec.errors import InputError
from llcodec.imaging import Picture
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.snr_aware.presets import SnrAwarePreset
from llcodec.training.nerco_recipe import NercoRecipe
from llcodec.training.nerco_run import NercoFolders, NercoRunOptions, run_nerco
from llcodec.training.run_options import RunOptions
from llcodec.training.snr_aware import run_snr_aware
from llcodec.training.snr_aware_recipe import SnrAwareRecipe
from llcodec.training.weight_files import export_run

NOTHING = DataFolders([], [])


def enhance(weights: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 40, (30, 50, 3), dtype=np.uint8)
    assert Enhancer(str(weights)).enhance(Picture(pixels)).pixels.shape == pixels.shape


def test_nerco_becomes_a_file_that_enhances(
    tiny_nerco: NercoPreset, pair_folder: Path, photograph_folder: Path, tmp_path: Path
) -> None:
    switches = NercoSwitches(text=False, cooperation=False)
    recipe = NercoRecipe(tiny_nerco, steps=2, crop=32, switches=switches, precision="float32")
    folders = NercoFolders([pair_folder], [photograph_folder])
    run_nerco(recipe, folders, tmp_path, NercoRunOptions())
    weights = tmp_path / "mine.safetensors"
    export_run(tmp_path / "checkpoint.safetensors", NOTHING, "mine", weights)
    card = read_card(weights)
    assert (card.name, card.kind, card.training.steps) == ("mine", "enhancer", 2)
    assert card.notes["guide"] == "none"
    assert card.notes["data"].startswith("dark: 3 of")
    assert '"crop": 32' in card.notes["recipe"]
    enhance(weights)


def test_snr_aware_becomes_a_file_that_enhances(
    tiny_snr_aware: SnrAwarePreset, pair_folder: Path, photograph_folder: Path, tmp_path: Path
) -> None:
    recipe = SnrAwareRecipe(tiny_snr_aware, steps=2, batch=1, crop=32, precision="float32")
    data = DataFolders.sort([pair_folder, photograph_folder])
    run_snr_aware(replace(recipe), data, tmp_path, RunOptions())
    weights = tmp_path / "mine.safetensors"
    export_run(tmp_path / "checkpoint.safetensors", NOTHING, None, weights)
    card = read_card(weights)
    assert (card.name, card.kind) == ("snr-aware-tiny", "enhancer")
    assert card.training.hours is not None
    assert card.training.hours > 0
    enhance(weights)


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        export_run(tmp_path / "none", NOTHING, None, tmp_path / "x")
