"""Train NeRCo: folders of dark and bright pictures are the input, a run folder is the output."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.data.folders import DataFolders
from llcodec.data.pairs import Pair
from llcodec.data.storage import SpillStore
from llcodec.data.unpaired import Unpaired, enlarged, gather_unpaired, read_bright, read_dark
from llcodec.errors import InputError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import preset_of
from llcodec.nerco.switches import NercoSwitches
from llcodec.nerco.torch_engine import nerco_file
from llcodec.nerco.weights import write_nerco
from llcodec.text_guide.loading import load_guide
from llcodec.training.checkpoint import load_weights
from llcodec.training.even_light import evenly_lit
from llcodec.training.family import Export, TrainingFamily
from llcodec.training.nerco import NercoTrainer
from llcodec.training.nerco_recipe import NERCO, NercoRecipe
from llcodec.training.perceptual import load_backbones
from llcodec.training.processes import device_of_process, refuse_several_processes
from llcodec.training.provenance import code_version, folder_names
from llcodec.training.run_options import RunOptions, refuse_to_overwrite, run_trainer

_VALIDATION_PICTURES = 10


@dataclass(frozen=True)
class NercoFolders:
    """Folders of dark and of bright pictures for training, and of pairs for validation."""

    dark: Sequence[Path]
    bright: Sequence[Path]
    validation: Sequence[Path] = ()


@dataclass(frozen=True)
class NercoRunOptions(RunOptions):
    """How to run the training of NeRCo.

    Attributes:
        lpips: files with the weights of the recipe's backbones, in its order. Without any, they
            are downloaded if the recipe has a weight of ``perceptual``.
    """

    lpips: tuple[Path, ...] = ()


def run_nerco(
    recipe: NercoRecipe, folders: NercoFolders, out: Path, options: NercoRunOptions
) -> bool:
    """Train NeRCo into the run folder ``out``; return whether the last step was reached.

    Raises:
        InputError: if the folder already contains a run and ``resume`` is not set, if weights for
            LPIPS are given that the recipe does not weigh, or if an extra is missing and needed.
        UnknownModelError: if weights of a backbone cannot be found or downloaded.
        BrokenModelError: if they are damaged, or those of another network.
    """
    refuse_several_processes()
    refuse_to_overwrite(out, options)
    perceptual = recipe.weights.perceptual > 0
    if options.lpips and not perceptual:
        raise InputError("this recipe has no weight of perceptual (--lpips)")
    metrics = load_backbones(recipe.backbones, options.lpips) if perceptual else ()
    guide = None
    device = device_of_process(options.device)
    if recipe.switches.text and recipe.weights.text > 0:
        guide = load_guide(recipe.guide, recipe.prompts).to(device)
    store = SpillStore().store
    bright = read_bright(folders.bright, store)
    bright = evenly_lit(bright, store) if recipe.even_light else bright
    bright = enlarged(bright, recipe.enlarge, store) if recipe.enlarge > 1 else bright
    pictures = gather_unpaired(read_dark(folders.dark, store), bright, store)
    validation = _validation(folders)
    trainer = NercoTrainer(recipe, pictures, guide, validation, out, device, metrics)
    trainer.state.notes |= {
        "code": code_version(),
        "data": _summary(folders, pictures),
        "guide": guide.name if guide is not None else "none",
    }
    return run_trainer("nerco", trainer, options)


def _validation(folders: NercoFolders) -> list[Pair]:
    """Return a few validation pairs, evenly spaced; none if no folder is given."""
    return DataFolders.sort(folders.validation).read_some("val", _VALIDATION_PICTURES)


def _summary(folders: NercoFolders, pictures: Unpaired) -> str:
    dark, bright = folder_names(folders.dark), folder_names(folders.bright)
    return f"dark: {len(pictures.dark)} of {dark}; bright: {len(pictures.bright)} of {bright}"


def _export(job: Export) -> None:
    stored = json.loads(job.run[FAMILY.key])
    preset = preset_of(stored["preset"])
    model = NercoModel(preset, NercoSwitches(**stored["switches"]))
    load_weights(model, job.weights, job.checkpoint)
    write_nerco(job.out, nerco_file(job.name or preset.name, model, job.notes, job.facts))


FAMILY = TrainingFamily(NERCO, "nerco", _export)
