"""Train the tone network: folders of data are the input, a weight file is the output."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from llcodec._outputs import atomic_write, make_folder
from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.sampling import Draws, Sources, gather_sources
from llcodec.data.streaming import StreamedSources, with_shards
from llcodec.errors import InputError
from llcodec.nets.tone_networks import (
    LocalToneEnsemble,
    LocalToneNetwork,
    ToneEnsemble,
    ToneMember,
    ToneNetwork,
    TonePredictor,
    build_tone_network,
)
from llcodec.training.checkpoint import load_weights, read_tensors
from llcodec.training.provenance import data_summary
from llcodec.training.recipe_checks import check_least
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
    *,
    local: bool = False,
) -> bool:
    """Train this number of ``members`` of a tone network into ``out``/tone.safetensors.

    ``local`` networks predict local tone curves.

    Returns whether all are finished: a signal or the end of ``max_hours`` stops the training.
    Finished members are kept, and the next run trains the others. Raises InputError if the folder
    already contains a complete tone network, or members of another recipe, other data or another
    seed.
    """
    path = out / "tone.safetensors"
    check_least(0, max_hours=max_hours)
    if path.exists():
        raise InputError(f"{out} holds a tone network already; choose another folder")
    make_folder(out)
    ends = time.monotonic() + 3600 * max_hours
    pairs = data.read_train()
    bright = data.read_photographs() if data.photographs else bright_halves(pairs)
    fused = recipe.mix.fused
    folders = gather_sources(pairs, bright, data.store, fused=fused)
    sources = with_shards(folders, data.shards, seed, recipe.batch, fused=fused)
    validation = [
        gather_sources(part, (), data.store, fused=fused) for part in data.read_each("val")
    ]
    with StopRequest() as stop:
        summary = data_summary(data, sources)
        run = _ToneRun(sources, summary, validation, recipe, out, stop, ends, local)
        trained = []
        for index in range(members):
            member = run.member(index, seed + index)
            if member is None:
                return False
            trained.append(member)
    whole = build_tone_network(members, local=local)
    places = whole.members if isinstance(whole, ToneEnsemble | LocalToneEnsemble) else [whole]
    for place, (network, _) in zip(places, trained, strict=True):
        place.load_state_dict(network.state_dict())
    hours = sum(hours for _, hours in trained)
    scores = [round(tone_psnr(whole, part), 3) for part in validation]
    _save(whole, path, {"val_psnr": json.dumps(scores), "hours": f"{hours:.4f}"})
    return True


def holds_members(out: Path) -> bool:
    """Return whether a folder contains members from which :func:`run_tone` would continue."""
    return any(out.glob("member-*.safetensors"))


@dataclass(frozen=True)
class _ToneRun:
    """One run; ``ends`` is a time of the monotonic clock, ``summary`` describes ``sources``."""

    sources: Sources | StreamedSources
    summary: str
    validation: Sequence[Sources]
    recipe: ToneRecipe
    out: Path
    stop: StopRequest
    ends: float
    local: bool

    def member(self, index: int, seed: int) -> tuple[ToneMember, float] | None:
        """Return a trained member and the hours it took; None if it was stopped."""
        path = self.out / f"member-{index}.safetensors"
        settings = self._settings(seed)
        torch.manual_seed(seed)
        network = LocalToneNetwork() if self.local else ToneNetwork()
        if path.exists():
            return network, _load(network, path, settings)
        began = time.monotonic()
        with ProgressLine(f"tone {index + 1}", 0, self.recipe.steps) as progress:
            best = train_tone(
                network,
                Draws(self.sources, self.recipe.mix),
                np.random.default_rng(seed),
                self.validation,
                self.recipe,
                path.with_suffix(".jsonl"),
                stopped=lambda: self.stop.requested or time.monotonic() > self.ends,
                progress=progress,
            )
        if best is None:
            return None
        hours = (time.monotonic() - began) / 3600
        _save(best, path, {"hours": f"{hours:.4f}", **settings})
        return best, hours

    def _settings(self, seed: int) -> dict[str, str]:
        """Return the settings that identify a member of this run."""
        return {
            "recipe": json.dumps(asdict(self.recipe)),
            "data": self.summary,
            "seed": json.dumps(seed),
        }


def _load(network: ToneMember, path: Path, settings: Mapping[str, str]) -> float:
    """Load a finished member; return the hours it took.

    Raises InputError if it was trained with other settings. Members without settings, which older
    versions wrote, are accepted.
    """
    tensors, notes = read_tensors(path)
    for key, value in settings.items():
        if notes.get(key, value) != value:
            raise InputError(f"{path}: trained with another {key}; choose another folder")
    load_weights(network, tensors, path)
    return float(notes["hours"])


def _save(network: TonePredictor, path: Path, notes: dict[str, str]) -> None:
    with atomic_write(path) as part:
        part.write_bytes(save(network.state_dict(), notes))
