from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.errors import InputError, UnknownModelError
from llcodec.nerco.loss_weights import NercoLossWeights
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.training.checkpoint import read_tensors
from llcodec.training.nerco_recipe import NercoRecipe
from llcodec.training.nerco_run import NercoFolders, NercoRunOptions, run_nerco


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
    assert not run_nerco(recipe, folders, out, NercoRunOptions(max_hours=0))
    with pytest.raises(InputError, match="holds a run already"):
        run_nerco(recipe, folders, out, NercoRunOptions())
    assert run_nerco(recipe, folders, out, NercoRunOptions(resume=True))
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
    assert run_nerco(guided, folders, tmp_path / "run", NercoRunOptions())
    assert read_tensors(tmp_path / "run" / "checkpoint.safetensors")[1]["guide"] == "dusk-guide"
    with pytest.raises(InputError, match="no text guide"):
        run_nerco(replace(guided, guide="none.txt"), folders, tmp_path / "b", NercoRunOptions())


def test_validation_is_optional(recipe: NercoRecipe, folders: NercoFolders, tmp_path: Path) -> None:
    out = tmp_path / "run"
    alone = replace(folders, validation=())
    assert run_nerco(replace(recipe, validate_every=1), alone, out, NercoRunOptions())
    assert "val" not in (out / "log.jsonl").read_text()


def test_lpips_needs_the_weights_of_its_backbone(
    recipe: NercoRecipe, folders: NercoFolders, tmp_path: Path, random_backbones: Path
) -> None:
    (backbone,) = random_backbones.rglob("squeezenet*.pth")
    options = NercoRunOptions(lpips=(backbone,))
    with pytest.raises(InputError, match=r"no weight of perceptual \(--lpips\)"):
        run_nerco(recipe, folders, tmp_path / "x", options)
    weighed = replace(recipe, crop=64, weights=NercoLossWeights(restoration=1, perceptual=1))
    assert run_nerco(weighed, folders, tmp_path / "run", options)
    with pytest.raises(InputError, match="for each backbone"):
        run_nerco(
            replace(weighed, backbones=("squeezenet", "alexnet")), folders, tmp_path / "x", options
        )
    with pytest.raises(UnknownModelError, match=r"none\.pth"):
        run_nerco(weighed, folders, tmp_path / "x", NercoRunOptions(lpips=(tmp_path / "none.pth",)))
