from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.errors import InputError
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.training.checkpoint import read_tensors
from llcodec.training.nerco_recipe import NercoRecipe
from llcodec.training.nerco_run import NercoFolders, run_nerco
from llcodec.training.run_options import RunOptions


@pytest.fixture
def folders(pair_folder: Path, photograph_folder: Path) -> NercoFolders:
    return NercoFolders([pair_folder], [photograph_folder], [pair_folder])


@pytest.fixture
def recipe(tiny_nerco: NercoPreset) -> NercoRecipe:
    return NercoRecipe(
        tiny_nerco, steps=3, crop=32, switches=NercoSwitches(text=False), precision="float32"
    )


def test_a_run_stops_and_continues(
    recipe: NercoRecipe, folders: NercoFolders, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    assert not run_nerco(recipe, folders, out, RunOptions(max_hours=0))
    with pytest.raises(InputError, match="holds a run already"):
        run_nerco(recipe, folders, out, RunOptions())
    assert run_nerco(recipe, folders, out, RunOptions(resume=True))
    notes = read_tensors(out / "checkpoint.safetensors")[1]
    assert notes["step"] == "3"
    dark, bright = folders.dark[0].name, folders.bright[0].name
    assert notes["data"] == f"dark: 3 of {dark}; bright: 4 of {bright}"
    assert notes["guide"] == "none"
    assert str(tmp_path) not in str(notes)


@pytest.mark.extra("open_clip")
def test_text_guidance_takes_part(
    recipe: NercoRecipe, folders: NercoFolders, tmp_path: Path
) -> None:
    guided = replace(recipe, switches=NercoSwitches(), guide="dusk-guide")
    assert run_nerco(guided, folders, tmp_path / "run", RunOptions())
    assert read_tensors(tmp_path / "run" / "checkpoint.safetensors")[1]["guide"] == "dusk-guide"
    with pytest.raises(InputError, match="no text guide"):
        run_nerco(replace(guided, guide="none.txt"), folders, tmp_path / "b", RunOptions())


def test_validation_is_optional(recipe: NercoRecipe, folders: NercoFolders, tmp_path: Path) -> None:
    out = tmp_path / "run"
    alone = replace(folders, validation=())
    assert run_nerco(replace(recipe, validate_every=1), alone, out, RunOptions())
    assert "val" not in (out / "log.jsonl").read_text()
