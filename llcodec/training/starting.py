"""The initial weights of a stage: averaged weights of an earlier stage, a tone network, the KLT."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.codec.weights import read_model
from llcodec.data.sampling import Sources
from llcodec.data.streaming import StreamedSources
from llcodec.errors import InputError
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset, preset_of
from llcodec.training.checkpoint import (
    is_weight_file,
    load_weights,
    read_notes,
    read_tensors,
    tensors_within,
)
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import StageRecipe
from llcodec.training.restoring import restored_model
from llcodec.training.widening import widen

# Parts that only the joint network has; they keep their own initial weights.
_ADDED = ("tone.", "snr_branch", "f_a")


def new_plain_model(
    preset: Preset,
    recipe: StageRecipe,
    sources: Sources | StreamedSources,
    seed: int,
    *,
    start: Path | None = None,
    narrow: Path | None = None,
) -> JointModel:
    """Return the plain codec of a preset, ready for the plain stage.

    Args:
        preset: any preset; its plain codec is built.
        recipe: the plain stage, with the λ of the gains.
        sources: photographs; without ``start``, the linear path is initialised with their KLT.
        seed: of the random weights.
        start: a checkpoint or weight file of a plain codec with the same shape to continue from.
            Its gains are moved to the λ of ``recipe``.
        narrow: a checkpoint of a plain codec with fewer latents, whose weights are copied.

    Raises:
        InputError: if ``start`` or ``narrow`` has another shape, if ``start`` is not a plain codec,
            or if ``narrow`` was trained with other values of λ.
    """
    torch.manual_seed(seed)
    model = JointModel(preset.plain())
    if start is not None:
        _refuse_unless_plain(start)
        learned, before = _learned(start)
        load_weights(model, learned, start)
        _follow(model, before, recipe.lambdas, start)
        return model
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
    """Return the joint network, started from a plain or joint codec and a tone network.

    Either may be a checkpoint or a weight file. Raises InputError if one has another shape.
    """
    torch.manual_seed(seed)
    model = JointModel(preset)
    own = model.state_dict()
    given, before = _learned(start)
    added = {k: v for k, v in own.items() if k.startswith(_ADDED) and k not in given}
    load_weights(model, {k: v for k, v in given.items() if k in own} | added, start)
    _follow(model, before, recipe.lambdas, start)
    if model.tone is not None:
        if tone is None:
            raise InputError("the joint network needs a tone network")
        load_weights(model.tone, _tone_weights(tone), tone)
    return model


def _follow(
    model: JointModel, before: tuple[float, ...], after: tuple[float, ...], path: Path
) -> None:
    """Move the gains of ``model`` from the values of λ of ``path`` to those of a recipe."""
    if model.gain is None or before == after:
        return
    if not len(before) == len(after) == QUALITY_LEVELS:
        raise InputError(
            f"{path}: gains can be moved from {QUALITY_LEVELS} values of λ to as many only"
        )
    model.gain.move_to_lambdas(before, after)


def _refuse_unless_plain(start: Path) -> None:
    """Raise InputError if a start was trained to brighten; shapes are checked when it is read."""
    if learned_brightening(start):
        raise InputError(f"{start}: a codec that brightens; the plain stage needs a plain codec")


def learned_brightening(start: Path) -> bool:
    """Return whether the codec of a checkpoint or weight file was trained to brighten."""
    if is_weight_file(start):
        return read_model(start).brightens
    return read_notes(start).get("stage") == "joint"


def has_tone_network(start: Path) -> bool:
    """Return whether a start is a weight file with the tone network that it was trained with."""
    return is_weight_file(start) and bool(_tone_within(start))


def _learned(start: Path) -> tuple[dict[str, Tensor], tuple[float, ...]]:
    """Return the averaged weights of a codec, and the values of λ of its gains."""
    if not is_weight_file(start):
        tensors, notes = read_tensors(start)
        return tensors_within("ema.", tensors), tuple(json.loads(notes.get("lambdas", "[]")))
    file = read_model(start)
    if not file.training.lambdas:
        raise InputError(f"{start}: does not state the values of λ it was trained with")
    return restored_model(file).state_dict(), file.training.lambdas


def _tone_weights(path: Path) -> dict[str, Tensor]:
    if not is_weight_file(path):
        return read_tensors(path)[0]
    tone = _tone_within(path)
    if not tone:
        raise InputError(f"{path}: this model has no tone network")
    return tone


def _tone_within(path: Path) -> dict[str, Tensor]:
    """Return the parameters of the tone network of a weight file; empty if it has none."""
    floats = tensors_within("float.", read_tensors(path)[0])
    return {key: value.float() for key, value in tensors_within("tone.", floats).items()}


def load_codec(start: Path) -> JointModel:
    """Return the complete codec of a checkpoint, a snapshot or a weight file.

    Raises InputError or ModelError if it cannot be read.
    """
    if is_weight_file(start):
        return restored_model(read_model(start)).eval()
    return load_trained(start)[0]


def load_trained(checkpoint: Path) -> tuple[JointModel, dict[str, str]]:
    """Return the model of a checkpoint with its averaged weights, and the notes."""
    tensors, notes = read_tensors(checkpoint)
    if "preset" not in notes:
        raise InputError(f"{checkpoint}: not the checkpoint of a codec")
    model = JointModel(preset_of(json.loads(notes["preset"])))
    load_weights(model, tensors_within("ema.", tensors), checkpoint)
    return model.eval(), notes
