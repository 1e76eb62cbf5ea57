"""Training runs as commands see them: folders of data in, a run folder or a weight file out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from llcodec.codec.joint import JointModel
from llcodec.codec.samples import to_tensor
from llcodec.data.pairs import Pair, Pixels, read_pairs, read_photographs
from llcodec.data.sampling import CropSampler, Mix, gather_sources
from llcodec.errors import InputError
from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.presets import FAST
from llcodec.nets.tone import ToneNetwork, thumbnail
from llcodec.training.checkpoint import load_ema, load_weights, read_tensors
from llcodec.training.codec import CodecTrainer
from llcodec.training.export import Calibration, export_model
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import CodecRecipe
from llcodec.training.tone import ToneRecipe, train_tone

_VALIDATION_PICTURES = 7
_CALIBRATION_PICTURES = 12
_CALIBRATION_SIZE = 1024
_CALIBRATION_QUALITIES = (1.0, 4.0, 8.0)
# Dark pictures come as real pairs, darkened photographs and, for the rest, bright ones as they are.
_TONE_MIX = Mix(pairs=0.75, darkened=0.15)


@dataclass(frozen=True)
class DataFolders:
    """Folders of pairs (see :func:`read_pairs`) and folders of plain photographs."""

    pairs: Sequence[Path]
    photographs: Sequence[Path]

    def read_pairs(self, split: str) -> list[Pair]:
        """Return the pairs of a split of all folders."""
        return [pair for folder in self.pairs for pair in read_pairs(folder, split)]

    def read_photographs(self) -> list[Pixels]:
        """Return all photographs."""
        return [picture for folder in self.photographs for picture in read_photographs(folder)]


def bright_halves(pairs: Sequence[Pair]) -> list[Pixels]:
    """Return a third of the bright pictures of pairs, each once: more photographs to learn from."""
    highs = {id(pair.high): pair.high for pair in pairs}
    return list(highs.values())[::3]


def run_tone(data: DataFolders, recipe: ToneRecipe, out: Path, seed: int = 0) -> None:
    """Train the tone network into the run folder ``out``."""
    if (out / "tone.safetensors").exists():
        raise InputError(f"{out} holds a tone network already; choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    sources = gather_sources(data.read_pairs("train"), data.read_photographs())
    sampler = CropSampler(sources, _TONE_MIX, np.random.default_rng(seed))
    validation = [gather_sources(read_pairs(folder, "val"), ()) for folder in data.pairs]
    train_tone(ToneNetwork(), sampler, validation, recipe, out)


def run_plain(
    data: DataFolders, recipe: CodecRecipe, out: Path, *, resume: bool, max_hours: float
) -> None:
    """Train stage A, a plain codec on photographs, from the Karhunen–Loève transform."""
    photographs = data.read_photographs() + bright_halves(data.read_pairs("train"))
    torch.manual_seed(recipe.seed)
    model = JointModel(FAST)
    rng = np.random.default_rng(recipe.seed)
    warm_start(model, *patch_basis(photographs, FAST.latents, rng), recipe.lambdas)
    pictures = [(high, high) for _, high in _validation(data)]
    _run(
        CodecTrainer(model, recipe, gather_sources((), photographs), pictures, out),
        resume,
        max_hours,
    )


def run_joint(
    data: DataFolders,
    recipe: CodecRecipe,
    out: Path,
    *,
    start: Path,
    tone: Path,
    resume: bool,
    max_hours: float,
) -> None:
    """Train stage B, the whole network, from the checkpoint of a plain run and a tone network."""
    torch.manual_seed(recipe.seed)
    model = JointModel(FAST)
    load_ema(start, model)
    load_tone(model, tone)
    pairs = data.read_pairs("train")
    sources = gather_sources(pairs, data.read_photographs() + bright_halves(pairs))
    _run(CodecTrainer(model, recipe, sources, _validation(data), out), resume, max_hours)


def _run(trainer: CodecTrainer, resume: bool, max_hours: float) -> None:
    if resume:
        trainer.resume()
    elif trainer.checkpoint.exists():
        raise InputError(f"{trainer.out} holds a run already; resume it or choose another folder")
    trainer.run(max_hours)


def load_tone(model: JointModel, path: Path) -> None:
    """Set the tone network of ``model`` to the weights that :func:`run_tone` left in ``path``."""
    assert model.tone is not None
    load_weights(model.tone, read_tensors(path)[0], path)


def _validation(data: DataFolders) -> list[tuple[Tensor, Tensor]]:
    """Return a few validation pairs, evenly spread, as 3×H×W tensors."""
    pairs = data.read_pairs("val")
    step = max(1, len(pairs) // _VALIDATION_PICTURES)
    return [(to_tensor(p.low)[0], to_tensor(p.high)[0]) for p in pairs[::step]]


def export_run(checkpoint: Path, data: DataFolders, name: str, out: Path) -> None:
    """Write the averaged weights of a run as a weight file that encodes and decodes."""
    model = JointModel(FAST)
    load_ema(checkpoint, model)
    model.eval()
    _, metadata = read_tensors(checkpoint)
    notes = {
        "steps": metadata["step"],
        "hours": metadata["hours"],
        "calibration": ", ".join(folder.name for folder in data.pairs),
        "recipe": (checkpoint.parent / "config.json").read_text(),
        "exported": datetime.now(UTC).date().isoformat(),
    }
    export_model(model, name, calibration(model, data), notes, out)


@torch.no_grad()
def calibration(model: JointModel, data: DataFolders) -> Calibration:
    """Return latents of dark and of bright pictures at low, middle and high quality."""
    pairs = data.read_pairs("val")
    pairs = pairs[:: max(1, 2 * len(pairs) // _CALIBRATION_PICTURES)]
    batches = []
    for picture in (p for pair in pairs for p in (pair.low, pair.high)):
        x = pad_to_multiple(to_tensor(picture[:_CALIBRATION_SIZE, :_CALIBRATION_SIZE]), 64)
        curve = None if model.tone is None else model.tone(thumbnail(x))
        y = model.analyse(x, curve)
        for quality in _CALIBRATION_QUALITIES:
            log_gain = model.log_gain(torch.tensor([quality]))
            batches.append((y * log_gain.exp(), log_gain))
    return Calibration(batches)
