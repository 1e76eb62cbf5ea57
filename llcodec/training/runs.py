"""Training runs as commands see them: folders of data in, a run folder or a weight file out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from llcodec.codec.joint import JointModel
from llcodec.codec.samples import to_tensor
from llcodec.data.pairs import Pair, Pixels, read_pairs, read_photographs
from llcodec.data.sampling import CropSampler, Mix, gather_sources
from llcodec.errors import InputError
from llcodec.nets.presets import FAST
from llcodec.nets.tone import ToneNetwork, thumbnail
from llcodec.training.checkpoint import load_ema, read_tensors
from llcodec.training.codec import CodecTrainer
from llcodec.training.export import Calibration, export_model
from llcodec.training.karhunen_loeve import patch_basis, warm_start
from llcodec.training.recipe import CodecRecipe
from llcodec.training.tone import ToneRecipe, train_tone

_VALIDATION_PICTURES = 7
_CALIBRATION_PICTURES = 12
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
        """Return all photographs, and a third of the bright halves of the training pairs."""
        found = [picture for folder in self.photographs for picture in read_photographs(folder)]
        highs = {id(pair.high): pair.high for pair in self.read_pairs("train")}
        return found + list(highs.values())[::3]


def run_tone(data: DataFolders, recipe: ToneRecipe, out: Path, seed: int = 0) -> None:
    """Train the tone network into the run folder ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    photographs = [p for folder in data.photographs for p in read_photographs(folder)]
    sources = gather_sources(data.read_pairs("train"), photographs)
    sampler = CropSampler(sources, _TONE_MIX, np.random.default_rng(seed))
    validation = [gather_sources(read_pairs(folder, "val"), ()) for folder in data.pairs]
    train_tone(ToneNetwork(), sampler, validation, recipe, out)


def run_plain(
    data: DataFolders, recipe: CodecRecipe, out: Path, *, resume: bool, max_hours: float
) -> None:
    """Train stage A, a plain codec on photographs, from the Karhunen–Loève transform."""
    photographs = data.read_photographs()
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
    sources = gather_sources(data.read_pairs("train"), data.read_photographs())
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
    if not path.is_file():
        raise InputError(f"{path}: no such weights of a tone network")
    model.tone.load_state_dict(load_file(path))


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
        height, width = (n // 64 * 64 for n in picture.shape[:2])
        x = to_tensor(picture[:height, :width])
        curve = None if model.tone is None else model.tone(thumbnail(x))
        y = model.analyse(x, curve)
        for quality in _CALIBRATION_QUALITIES:
            log_gain = model.log_gain(torch.tensor([quality]))
            batches.append((y * log_gain.exp(), log_gain))
    return Calibration(batches)
