"""From a checkpoint of any training to its weight file."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from llcodec._bitstream import QUALITY_LEVELS, QUALITY_UNITS
from llcodec.codec.joint import JointModel
from llcodec.codec.samples import to_tensor
from llcodec.codec.weights import learnt_to_brighten
from llcodec.data.folders import DataFolders
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import preset_of as nerco_preset_of
from llcodec.nerco.switches import NercoSwitches
from llcodec.nerco.weights import NercoFile, write_nerco
from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.tone import thumbnail
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import preset_of as snr_aware_preset_of
from llcodec.snr_aware.weights import SnrAwareFile, write_snr_aware
from llcodec.training.checkpoint import hours_of, load_weights, read_tensors, tensors_within
from llcodec.training.export import Calibration, export_model
from llcodec.training.provenance import folder_names
from llcodec.training.starting import load_trained
from llcodec.training.table_fitting import GainedLatents

_CALIBRATION_PICTURES = 12
_CALIBRATION_SIZE = 1024
_CALIBRATION_QUALITIES = (1.0, 4.0, 8.0)
_TYPICAL_PICTURES = 24
_TYPICAL_QUALITIES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


def export_run(
    checkpoint: Path,
    data: DataFolders,
    name: str | None,
    out: Path,
    lambdas: Sequence[float] | None = None,
) -> None:
    """Write the averaged weights of a run as a weight file, whatever was trained.

    ``name`` is what files and results will call the model; the name of its preset if it is None.
    ``data`` show the ranges of a codec's activations and how often it writes which symbol;
    enhancers need none. ``lambdas``, a λ for each quality, spread a codec's qualities over other
    rates than those of its training.
    Raises InputError if this is no checkpoint, if a codec's data are missing, or if ``lambdas``
    are not for this model or do not rise.
    """
    tensors, notes = read_tensors(checkpoint)
    kept, weights = _notes_for(checkpoint, notes), tensors_within("ema.", tensors)
    if lambdas is not None and "preset" not in notes:
        raise InputError("only codecs have qualities to spread over other values of λ")
    if "nerco" in notes:
        stored = json.loads(notes["nerco"])
        shape = nerco_preset_of(stored["preset"])
        nerco = NercoModel(shape, NercoSwitches(**stored["switches"]))
        load_weights(nerco, weights, checkpoint)
        write_nerco(out, NercoFile(name or shape.name, nerco, kept))
    elif "snr_aware" in notes:
        preset = snr_aware_preset_of(json.loads(notes["snr_aware"]))
        network = SnrAwareNetwork(preset)
        load_weights(network, weights, checkpoint)
        write_snr_aware(out, SnrAwareFile(name or preset.name, network, kept))
    else:
        model, _ = load_trained(checkpoint)
        if not data.pairs:
            raise InputError("the export of a codec needs pairs: give their folder with --data")
        if lambdas is not None:
            _spread_qualities(model, json.loads(notes["lambdas"]), lambdas)
            kept["lambdas"] = json.dumps(list(lambdas))
        kept["calibration"] = folder_names(data.pairs)
        latents = calibration(model, data, learnt_to_brighten(kept, model.preset))
        export_model(model, name or model.preset.name, latents, kept, out)


def _spread_qualities(model: JointModel, trained: Sequence[float], wanted: Sequence[float]) -> None:
    if model.gain is None or len(trained) != QUALITY_LEVELS:
        raise InputError("this codec has one rate only, no qualities to spread")
    rising = all(0 < low < high < math.inf for low, high in pairwise(wanted))
    if len(wanted) != QUALITY_LEVELS or not rising:
        raise InputError(f"{QUALITY_LEVELS} rising values of λ are needed, all above 0")
    model.gain.move_to_lambdas(tuple(trained), tuple(wanted))


def _notes_for(checkpoint: Path, notes: Mapping[str, str]) -> dict[str, str]:
    """Return what a weight file tells of the run that made it."""
    config = checkpoint.parent / "config.json"
    hours = str(round(hours_of(checkpoint), 6)) if "hours" in notes else ""
    return {
        "steps": notes.get("step", ""),
        "hours": hours,
        **{key: notes[key] for key in ("code", "data", "guide", "tone_psnr") if notes.get(key)},
        "recipe": config.read_text() if config.is_file() else "",
        "exported": datetime.now(UTC).date().isoformat(),
    }


@torch.no_grad()
def calibration(model: JointModel, data: DataFolders, brightens: bool) -> Calibration:
    """Return latents of dark and of bright pictures of ``data`` at low, middle and high quality.

    Pictures of the val split show the ranges; typical latents are those of the train split, and of
    photographs where there are some; dark ones are typical of models that brighten.
    """
    pairs = data.read_pairs("val", _CALIBRATION_PICTURES // 2)
    batches = []
    for picture in (p for pair in pairs for p in (pair.low, pair.high)):
        y = _latents(model, picture)
        for quality in _CALIBRATION_QUALITIES:
            log_gain = model.log_gain(torch.tensor([quality]))
            batches.append((y * log_gain.exp(), log_gain))
    return Calibration(batches, _typical(model, data, brightens))


def _typical(model: JointModel, data: DataFolders, brightens: bool) -> list[GainedLatents]:
    """Return latents of what the model is made for: dark pictures, or photographs, at all rates."""
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
