"""A whole training of the tone network: folders of data in, a weight file out."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.sampling import CropSampler, Sources, gather_sources
from llcodec.errors import InputError
from llcodec.nets.tone import ToneEnsemble, ToneNetwork, tone_network
from llcodec.training.checkpoint import load_weights, read_tensors
from llcodec.training.tone import ToneRecipe, tone_psnr, train_tone


def run_tone(
    data: DataFolders, recipe: ToneRecipe, out: Path, seed: int = 0, members: int = 1
) -> None:
    """Train so many ``members`` of a tone network, one by one, into ``out``/tone.safetensors.

    Members that an interrupted run has finished are kept. Raises InputError if the folder holds
    a whole tone network already.
    """
    path = out / "tone.safetensors"
    if path.exists():
        raise InputError(f"{out} holds a tone network already; choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    pairs = data.read_pairs("train")
    bright = data.read_photographs() if data.photographs else bright_halves(pairs)
    run = _ToneRun(
        gather_sources(pairs, bright),
        [gather_sources(part, ()) for part in data.read_each("val")],
        recipe,
        out,
    )
    trained = [run.member(index, seed + index) for index in range(members)]
    whole = tone_network(members)
    parts = whole.members if isinstance(whole, ToneEnsemble) else [whole]
    for part, (network, _) in zip(parts, trained, strict=True):
        part.load_state_dict(network.state_dict())
    hours = sum(hours for _, hours in trained)
    scores = [tone_psnr(whole, sources) for sources in run.validation]
    save_file(whole.state_dict(), path, {"val_psnr": json.dumps(scores), "hours": f"{hours:.4f}"})


@dataclass(frozen=True)
class _ToneRun:
    sources: Sources
    validation: Sequence[Sources]
    recipe: ToneRecipe
    out: Path

    def member(self, index: int, seed: int) -> tuple[ToneNetwork, float]:
        """Return a trained member and the hours it took."""
        path = self.out / f"member-{index}.safetensors"
        torch.manual_seed(seed)
        network = ToneNetwork()
        if path.exists():
            tensors, notes = read_tensors(path)
            load_weights(network, tensors, path)
            return network, float(notes["hours"])
        began = time.monotonic()
        sampler = CropSampler(self.sources, self.recipe.mix, np.random.default_rng(seed))
        log = path.with_suffix(".jsonl")
        best = train_tone(network, sampler, self.validation, self.recipe, log)
        hours = (time.monotonic() - began) / 3600
        save_file(best.state_dict(), path, {"hours": f"{hours:.4f}"})
        return best, hours
