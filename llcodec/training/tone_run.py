"""A whole training of the tone network: folders of data in, a weight file out."""

import json
import math
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
from llcodec.training.reporting import ProgressLine
from llcodec.training.stopping import StopRequest
from llcodec.training.tone import ToneRecipe, tone_psnr, train_tone


def run_tone(
    data: DataFolders,
    recipe: ToneRecipe,
    out: Path,
    seed: int = 0,
    members: int = 1,
    max_hours: float = math.inf,
) -> bool:
    """Train so many ``members`` of a tone network, one by one, into ``out``/tone.safetensors.

    Returns whether all are done: a signal or the end of ``max_hours`` stops the training. Members
    that are finished are kept, and the next run goes on with the others. Raises InputError if the
    folder holds a whole tone network already.
    """
    path = out / "tone.safetensors"
    if path.exists():
        raise InputError(f"{out} holds a tone network already; choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + 3600 * max_hours
    pairs = data.read_pairs("train")
    bright = data.read_photographs() if data.photographs else bright_halves(pairs)
    validation = [gather_sources(part, ()) for part in data.read_each("val")]
    with StopRequest() as stop:
        run = _ToneRun(gather_sources(pairs, bright), validation, recipe, out, stop, ends)
        trained = []
        for index in range(members):
            member = run.member(index, seed + index)
            if member is None:
                return False
            trained.append(member)
    whole = tone_network(members)
    parts = whole.members if isinstance(whole, ToneEnsemble) else [whole]
    for part, (network, _) in zip(parts, trained, strict=True):
        part.load_state_dict(network.state_dict())
    hours = sum(hours for _, hours in trained)
    scores = [round(tone_psnr(whole, sources), 3) for sources in validation]
    save_file(whole.state_dict(), path, {"val_psnr": json.dumps(scores), "hours": f"{hours:.4f}"})
    return True


@dataclass(frozen=True)
class _ToneRun:
    """``ends`` is a time of the monotonic clock."""

    sources: Sources
    validation: Sequence[Sources]
    recipe: ToneRecipe
    out: Path
    stop: StopRequest
    ends: float

    def member(self, index: int, seed: int) -> tuple[ToneNetwork, float] | None:
        """Return a trained member and the hours it took; None if it was stopped."""
        path = self.out / f"member-{index}.safetensors"
        torch.manual_seed(seed)
        network = ToneNetwork()
        if path.exists():
            tensors, notes = read_tensors(path)
            load_weights(network, tensors, path)
            return network, float(notes["hours"])
        began = time.monotonic()
        with ProgressLine(f"tone {index + 1}", 0, self.recipe.steps) as progress:
            best = train_tone(
                network,
                CropSampler(self.sources, self.recipe.mix, np.random.default_rng(seed)),
                self.validation,
                self.recipe,
                path.with_suffix(".jsonl"),
                stopped=lambda: self.stop.asked or time.monotonic() > self.ends,
                progress=progress,
            )
        if best is None:
            return None
        hours = (time.monotonic() - began) / 3600
        save_file(best.state_dict(), path, {"hours": f"{hours:.4f}"})
        return best, hours
