"""Training of the SNR-aware enhancer from pairs of dark and bright pictures."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Batch, Draws, Sources, gather_sources
from llcodec.data.streaming import StreamedSources, stream_of, with_shards
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import preset_of
from llcodec.snr_aware.torch_engine import snr_aware_file
from llcodec.snr_aware.weights import write_snr_aware
from llcodec.training.checkpoint import RunState, load_weights
from llcodec.training.ema import Ema
from llcodec.training.enhancer_trainer import EnhancerTrainer
from llcodec.training.family import Export, TrainingFamily
from llcodec.training.optimiser import clipped_step, warmup_cosine
from llcodec.training.precision import transforms_in
from llcodec.training.prefetch import Prefetcher
from llcodec.training.processes import device_of_process, refuse_several_processes
from llcodec.training.provenance import code_version, data_summary
from llcodec.training.run_options import RunOptions, refuse_to_overwrite, run_trainer
from llcodec.training.snr_aware_recipe import SNR_AWARE, SnrAwareRecipe
from llcodec.training.trainer import RunSchedule

_EPSILON = 1e-6
_VALIDATION_PICTURES = 10


def charbonnier(picture: Tensor, target: Tensor) -> Tensor:
    """Return the mean of √(d² + 1e-6) over all pixels (SNR-Aware, Eq. 8)."""
    return ((picture - target).square() + _EPSILON).sqrt().mean()


class SnrAwareTrainer(EnhancerTrainer):
    """Train the enhancer in one run folder; ``validation`` pairs are only measured."""

    columns = ("loss",)

    def __init__(
        self,
        recipe: SnrAwareRecipe,
        sources: Sources | StreamedSources,
        validation: Sequence[Pair],
        out: Path,
        device: torch.device | None = None,
    ) -> None:
        self.recipe, self.validation, self.batch = recipe, validation, recipe.batch
        self.device = device or torch.device("cpu")
        torch.manual_seed(recipe.seed)
        rng = np.random.default_rng(recipe.seed)
        model = SnrAwareNetwork(recipe.preset).to(self.device)
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = Ema(self.model, recipe.ema_decay)
        self.draws = Draws(sources, recipe.mix)
        self.prefetcher = Prefetcher(self._drawn, rng)
        optimiser = torch.optim.Adam(
            self.model.parameters(), recipe.learning_rate, recipe.betas, fused=True
        )
        state = RunState(self.model, self.ema.model, optimiser, rng)
        state.stream = stream_of(sources)
        state.notes["snr_aware"] = json.dumps(asdict(recipe.preset))
        schedule = RunSchedule(
            recipe.steps,
            validate_every=recipe.validate_every,
            checkpoint_minutes=recipe.checkpoint_minutes,
            sheet_minutes=recipe.sheet_minutes,
        )
        super().__init__(out, state, schedule, asdict(recipe))

    def step(self) -> None:
        """Take a step, unless its loss or gradient is not finite."""
        recipe, state = self.recipe, self.state
        share = warmup_cosine(state.step, state.step, recipe.steps, recipe.warmup)
        for group in state.optimiser.param_groups:
            group["lr"] = recipe.learning_rate * share
        more = state.step + 1 < recipe.steps
        batch = self.prefetcher.next(state.step, more=more).to(self.device)
        low = batch.low.contiguous(memory_format=torch.channels_last)
        with transforms_in(recipe.precision, self.device):
            picture = self.model(low)
        loss = charbonnier(picture, batch.high)
        state.step += 1
        if not clipped_step(loss, self.model, state.optimiser, recipe.clip_norm):
            self.skip(recipe.patience)
            return
        self.ema.update(self.model, state.step)
        state.skipped = 0
        state.window.append([float(loss.detach())])

    def _drawn(self, rng: np.random.Generator, number: int) -> Batch:
        return self.draws.sampler(number, rng).crops(self.recipe.batch, self.recipe.crop)


def run_snr_aware(
    recipe: SnrAwareRecipe, data: DataFolders, out: Path, options: RunOptions
) -> bool:
    """Train into the run folder ``out``; return whether the last step was reached.

    Photographs, and bright pictures of pairs, are used both darkened and unchanged. Raises
    InputError if the folder already contains a run and ``resume`` is not set.
    """
    refuse_several_processes()
    refuse_to_overwrite(out, options)
    pairs = data.read_train()
    bright = data.read_photographs() if data.photographs else []
    sources = with_shards(
        gather_sources(pairs, [*bright, *bright_halves(pairs)], data.store),
        data.shards,
        recipe.seed,
        recipe.batch,
    )
    chosen = data.read_some("val", _VALIDATION_PICTURES)
    trainer = SnrAwareTrainer(recipe, sources, chosen, out, device_of_process(options.device))
    trainer.state.notes |= {"code": code_version(), "data": data_summary(data, sources)}
    return run_trainer("snr-aware", trainer, options)


def _export(job: Export) -> None:
    preset = preset_of(json.loads(job.run[FAMILY.key]))
    network = SnrAwareNetwork(preset)
    load_weights(network, job.weights, job.checkpoint)
    file = snr_aware_file(job.name or preset.name, network, job.notes, job.facts)
    write_snr_aware(job.out, file)


FAMILY = TrainingFamily(SNR_AWARE, "snr_aware", _export)
