"""Export a checkpoint of a codec as a weight file: calibration, and other values of λ."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from llcodec._arrays import Pixels
from llcodec._bitstream import QUALITY_LEVELS, QUALITY_UNITS
from llcodec.codec.weights import learned_to_brighten
from llcodec.data.folders import DataFolders
from llcodec.engine.tensors import to_tensor
from llcodec.errors import InputError
from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.joint import JointModel
from llcodec.nets.tone import thumbnail
from llcodec.training.export import Calibration, export_model
from llcodec.training.family import Export
from llcodec.training.provenance import folder_names
from llcodec.training.starting import load_trained
from llcodec.training.table_fitting import GainedLatents

_CALIBRATION_PICTURES = 12
_CALIBRATION_SIZE = 1024
_CALIBRATION_QUALITIES = (1.0, 4.0, 8.0)
_TYPICAL_PICTURES = 24
_TYPICAL_QUALITIES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


def export_codec(job: Export) -> None:
    """Write the weight file of a codec.

    Raises InputError if there are no pairs to calibrate it with, or if the values of λ do not fit.
    """
    model, _ = load_trained(job.checkpoint)
    if not job.data.pairs:
        raise InputError("the export of a codec needs pairs: give their folder with --data")
    facts, lambdas = job.facts, job.lambdas
    if lambdas is not None:
        _spread_qualities(model, json.loads(job.run["lambdas"]), lambdas)
        facts = replace(facts, lambdas=tuple(lambdas))
    notes = job.notes | {"calibration": folder_names(job.data.pairs)}
    latents = calibration(model, job.data, learned_to_brighten(facts, model.preset))
    export_model(model, job.name or model.preset.name, latents, notes, job.out, facts)


def _spread_qualities(model: JointModel, trained: Sequence[float], wanted: Sequence[float]) -> None:
    if model.gain is None or len(trained) != QUALITY_LEVELS:
        raise InputError("this codec has one rate only, no qualities to spread")
    rising = all(0 < low < high < math.inf for low, high in pairwise(wanted))
    if len(wanted) != QUALITY_LEVELS or not rising:
        raise InputError(f"{QUALITY_LEVELS} rising values of λ are needed, all above 0")
    model.gain.move_to_lambdas(tuple(trained), tuple(wanted))


@torch.no_grad()
def calibration(model: JointModel, data: DataFolders, brightens: bool) -> Calibration:
    """Return latents of dark and of bright pictures of ``data`` at low, middle and high quality.

    The ranges come from pictures of the val split. Typical latents are those of the train split and
    of photographs, if there are any; for models that brighten, those of dark pictures.
    """
    pairs = data.read_pairs("val", _CALIBRATION_PICTURES // 2)
    batches = []
    for picture in (p for pair in pairs for p in (pair.low, pair.high)):
        y = _latents(model, picture)
        for quality in _CALIBRATION_QUALITIES:
            asked = torch.tensor([quality])
            batches.append((y * model.log_gain(asked).exp(), asked))
    return Calibration(batches, _typical(model, data, brightens))


def _typical(model: JointModel, data: DataFolders, brightens: bool) -> list[GainedLatents]:
    """Return latents of typical inputs, dark pictures or photographs, at all rates."""
    pairs = data.read_pairs("train", _TYPICAL_PICTURES)
    dark = [pair.low for pair in pairs] if brightens else []
    bright = data.read_photographs(_TYPICAL_PICTURES)
    typical = []
    for picture in (*dark, *(bright or [pair.high for pair in pairs])):
        y = _latents(model, picture)
        for quality in _TYPICAL_QUALITIES if model.gain is not None else (1.0,):
            gained = y * model.log_gain(torch.tensor([quality])).exp()
            typical.append(GainedLatents(gained[0], round(quality * QUALITY_UNITS)))
    return typical


def _latents(model: JointModel, picture: Pixels) -> Tensor:
    x = pad_to_multiple(to_tensor(picture[:_CALIBRATION_SIZE, :_CALIBRATION_SIZE]), 64)
    return model.analyse(x, model.predict_tone(thumbnail(x)))
