"""Training of NeRCo from unpaired dark and bright pictures."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from llcodec.data.pairs import Pair
from llcodec.data.unpaired import Crop, Unpaired, UnpairedSampler
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nerco.coordinates import coordinates, stacked
from llcodec.nerco.discriminators import Discriminators
from llcodec.nerco.guidance import TextGuide
from llcodec.nerco.model import NercoModel
from llcodec.nerco.step import NercoStep, StepLosses
from llcodec.nerco.views import View, view
from llcodec.nerco.windows import Area
from llcodec.training.camera_noise import CameraNoise
from llcodec.training.checkpoint import Adversary, RunState
from llcodec.training.ema import Ema
from llcodec.training.enhancer_trainer import EnhancerTrainer
from llcodec.training.nerco_recipe import (
    NercoRecipe,
    learning_rate_factor,
    start_learning_rate_factor,
)
from llcodec.training.perceptual import BackbonesInTurn
from llcodec.training.photograph_darkening import PhotographDarkening
from llcodec.training.precision import transforms_in
from llcodec.training.trainer import RunSchedule

_NEWER: Final = "start_final", "lit", "jpeg", "parts"  # keys that recipes had not at first


class NercoTrainer(EnhancerTrainer):
    """Train NRN, ME, both generators and the discriminators in one run folder.

    Without a ``guide`` there is no text guidance. ``validation`` pairs are only drawn and measured;
    the run folder keeps a snapshot of the weights that did best on them, ``best.safetensors``. A
    recipe with a weight of ``perceptual`` needs the ``metrics``, LPIPS with each of its backbones.

    Raises:
        InputError: if the recipe needs metrics, and they are not those of its backbones, in order.
    """

    keeps_best = True

    def __init__(
        self,
        recipe: NercoRecipe,
        pictures: Unpaired,
        guide: TextGuide | None,
        validation: Sequence[Pair],
        out: Path,
        device: torch.device | None = None,
        metrics: Sequence[PerceptualMetric] = (),
    ) -> None:
        self.recipe, self.validation, self.batch = recipe, validation, recipe.batch
        self.device = device or torch.device("cpu")
        torch.manual_seed(recipe.seed)
        rng = np.random.default_rng(recipe.seed)
        self.lpips: BackbonesInTurn | None = None
        if recipe.weights.perceptual:
            self.lpips = BackbonesInTurn(metrics, recipe.backbones, self.device)
        model = NercoModel(recipe.preset, recipe.switches).to(self.device)
        discriminators = Discriminators(recipe.preset, recipe.switches).to(self.device)
        self.ema = Ema(model, recipe.ema_decay)
        self.update = NercoStep(
            model,
            discriminators,
            rng,
            guide=guide,
            camera=CameraNoise(rng) if recipe.camera_noise else None,
            darkening=PhotographDarkening(
                rng, unchanged=recipe.unchanged, lit=recipe.lit, jpeg=recipe.jpeg
            ),
            distance=None if self.lpips is None else self._distance,
            weights=recipe.weights,
            learning_rate=recipe.learning_rate,
            clip_norm=math.inf if recipe.clip_norm is None else recipe.clip_norm,
        )
        self.sampler = UnpairedSampler(pictures, rng, recipe.parts)
        larger = max(len(pictures.dark), len(pictures.bright))
        schedule = RunSchedule(
            recipe.steps_for(larger),
            validate_every=recipe.validate_every,
            checkpoint_minutes=recipe.checkpoint_minutes,
            sheet_minutes=recipe.sheet_minutes,
        )
        adversary = Adversary(
            discriminators, self.update.discriminator_optimiser, self.update.pools
        )
        optimiser = self.update.generator_optimiser
        state = RunState(model, self.ema.model, optimiser, rng, adversary)
        state.notes["nerco"] = json.dumps(
            {"preset": asdict(recipe.preset), "switches": asdict(recipe.switches)}
        )
        settings = _settings(recipe)
        self.columns = tuple(
            f.name for f in fields(StepLosses) if self.lpips or f.name != "perceptual"
        )
        if self.lpips is not None:
            settings["metrics"] = self.lpips.settings
        super().__init__(out, state, schedule, settings)

    def step(self) -> None:
        """Update the generators, then the discriminators; at the start, only what enhances."""
        recipe, state = self.recipe, self.state
        restoring = state.step < recipe.start_steps
        self.update.set_learning_rate_factor(self._learning_rate_factor())
        low = None if restoring else self._views(self.sampler.dark)
        high = self._views(self.sampler.bright)
        with transforms_in(recipe.precision, self.device):
            losses = self.update.restore(high) if low is None else self.update(low, high)
        state.step += 1
        if not math.isfinite(losses.total + losses.d_high + losses.d_low):
            self.skip(recipe.patience)
            return
        self.ema.update(self.update.model, state.step)
        state.skipped = 0
        state.window.append([getattr(losses, name) for name in self.columns])

    def _learning_rate_factor(self) -> float:
        """Return the factor for this step: that of the start, or of the schedule after it."""
        recipe, start, step = self.recipe, self.recipe.start_steps, self.state.step
        if step < start:
            return start_learning_rate_factor(step, start, recipe.start_final)
        share = learning_rate_factor(step - start, self.schedule.steps - start, recipe.constant)
        return share * recipe.start_final if start else share

    def _distance(self, pictures: Tensor, targets: Tensor) -> Tensor:
        """Return LPIPS of pictures, with the backbone whose turn it is."""
        assert self.lpips is not None, "a recipe without a weight of perceptual"
        return self.lpips.at(self.state.step)(pictures, targets)

    def _views(self, draw: Callable[[int], Crop]) -> View:
        """Return a batch of crops as the input of the networks."""
        size = self.recipe.crop
        crops = [draw(size) for _ in range(self.recipe.batch)]
        at = [coordinates(c.height, c.width, Area(c.top, c.left, size, size)) for c in crops]
        pictures, smalls = (
            torch.from_numpy(np.stack(planes)).permute(0, 3, 1, 2).contiguous().to(self.device)
            for planes in ([c.pixels for c in crops], [c.small for c in crops])
        )
        return view(pictures, smalls, stacked(at).to(self.device))


def _settings(recipe: NercoRecipe) -> dict[str, Any]:
    """Return the settings of a run; newer ones are left out while they have their defaults.

    So runs that began before there were any can be resumed.
    """
    settings = asdict(recipe)
    if not recipe.weights.perceptual:
        del settings["weights"]["perceptual"], settings["backbones"]
    for name in _NEWER:
        if settings[name] == getattr(NercoRecipe, name):
            del settings[name]
    return settings
