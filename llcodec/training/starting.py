"""Where a stage starts: the averaged weights of the stage before, the tone network, or the KLT."""

import json
from pathlib import Path

import numpy as np
import torch

from llcodec.codec.joint import JointModel
from llcodec.data.sampling import Sources
from llcodec.errors import InputError
from llcodec.nets.presets import Preset, preset_of
from llcodec.training.checkpoint import load_weights, read_tensors, tensors_within
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import StageRecipe
from llcodec.training.widening import widen

# What the joint network has and the plain codec has not; it keeps its own start.
_ADDED = ("tone.", "snr_branch", "f_a")


def new_plain_model(
    preset: Preset, recipe: StageRecipe, sources: Sources, seed: int, narrow: Path | None = None
) -> JointModel:
    """Return the plain codec of a preset, its linear path started from photographs' KLT.

    ``narrow``, the checkpoint of a plain codec with fewer latents, gives all that it has learnt.
    Raises InputError if it is of another shape, or was trained with other values of λ.
    """
    torch.manual_seed(seed)
    model = JointModel(preset.plain())
    if preset.linear_path:
        rng = np.random.default_rng(seed)
        basis = patch_basis(sources.photographs, preset.latents, rng)
        warm_start(model, *basis, recipe.lambdas)
    if narrow is not None:
        trained, notes = load_trained(narrow)
        if tuple(json.loads(notes["lambdas"])) != recipe.lambdas:
            raise InputError(f"{narrow}: trained with other values of λ")
        widen(model, trained)
    return model


def new_joint_model(
    preset: Preset, recipe: StageRecipe, start: Path, tone: Path | None, seed: int
) -> JointModel:
    """Return the joint network, started from a plain or joint checkpoint and a tone network.

    Raises InputError if the checkpoint is of another shape.
    """
    torch.manual_seed(seed)
    model = JointModel(preset)
    tensors, metadata = read_tensors(start)
    own = model.state_dict()
    given = tensors_within("ema.", tensors)
    added = {k: v for k, v in own.items() if k.startswith(_ADDED) and k not in given}
    load_weights(model, {k: v for k, v in given.items() if k in own} | added, start)
    if model.gain is not None:
        before = tuple(json.loads(metadata["lambdas"]))
        if before != recipe.lambdas:
            model.gain.follow_lambdas(before, recipe.lambdas)
    if model.tone is not None:
        if tone is None:
            raise InputError("the joint network needs a tone network")
        load_weights(model.tone, read_tensors(tone)[0], tone)
    return model


def load_trained(checkpoint: Path) -> tuple[JointModel, dict[str, str]]:
    """Return the model of a checkpoint with its averaged weights, and the checkpoint's notes."""
    tensors, notes = read_tensors(checkpoint)
    if "preset" not in notes:
        raise InputError(f"{checkpoint}: not the checkpoint of a codec")
    model = JointModel(preset_of(json.loads(notes["preset"])))
    load_weights(model, tensors_within("ema.", tensors), checkpoint)
    return model.eval(), notes
