"""Training of a look: the synthesis of a codec learns texture, everything else is frozen."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Arrays
from llcodec._bitstream import QUALITY_LEVELS
from llcodec.codec.looks import SYNTHESIS, LookFile, check_fits, synthesis_arrays
from llcodec.data.sampling import Batch, Draws, Sources
from llcodec.data.streaming import StreamedSources, stream_of
from llcodec.engine.torch_models import joint_arrays
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.density import round_ste
from llcodec.nets.joint import JointModel
from llcodec.training.checkpoint import Adversary, RunState
from llcodec.training.ema import Ema
from llcodec.training.look_discriminator import LookDiscriminator
from llcodec.training.look_losses import (
    LookLosses,
    discriminator_loss,
    look_losses,
    total_loss,
)
from llcodec.training.look_recipe import LookRecipe
from llcodec.training.look_validation import LookValidation
from llcodec.training.optimiser import clipped_step, new_optimiser, set_learning_rates
from llcodec.training.perceptual import BackbonesInTurn
from llcodec.training.precision import transforms_in
from llcodec.training.prefetch import Prefetcher
from llcodec.training.reporting import Row
from llcodec.training.toned_targets import toned
from llcodec.training.trainer import RunSchedule, Trainer


@dataclass(frozen=True)
class FrozenCodec:
    """The codec that a look is trained for.

    Attributes:
        model: all of its networks.
        brightens: whether it makes dark pictures bright.
        identity: what identifies it in settings and checkpoints.
    """

    model: JointModel
    brightens: bool
    identity: Mapping[str, str | None]


@dataclass(frozen=True)
class _Decoded:
    """Latents that the decoder gets, what it makes of them without a look, and the targets."""

    latents: Tensor
    base: Tensor
    target: Tensor


class LookTrainer(Trainer):
    """Train a look in one run folder.

    ``pictures``, pairs (low, high) of 3×H×W, are only measured and drawn. A recipe with a weight of
    ``perceptual`` needs the ``metrics``, LPIPS with each of its backbones, which take turns from
    step to step and are computed in the precision of the training. The first is measured, too, and
    also without that weight. The synthesis starts from that of the codec, or from ``look``.

    Raises:
        InputError: if the recipe needs metrics, and they are not those of its backbones, in order.
        BrokenModelError: when the look does not fit the synthesis of the codec.
    """

    columns = ("loss", *(f.name for f in fields(LookLosses)), "discriminator")

    def __init__(
        self,
        recipe: LookRecipe,
        codec: FrozenCodec,
        sources: Sources | StreamedSources,
        pictures: Sequence[tuple[Tensor, Tensor]],
        out: Path,
        device: torch.device | None = None,
        metrics: Sequence[PerceptualMetric] = (),
        look: LookFile | None = None,
    ) -> None:
        self.recipe, self.batch = recipe, recipe.batch
        self.device = device or torch.device("cpu")
        torch.manual_seed(recipe.seed)
        rng = np.random.default_rng(recipe.seed)
        self.brightens = codec.brightens
        self.codec = codec.model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.codec.eval().requires_grad_(False)
        self.model = synthesis_of(self.codec).requires_grad_(True)
        if look is not None:
            _load(self.model, look.arrays)
        self.discriminator = LookDiscriminator(recipe.preset.discriminator_width)
        self.discriminator.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = Ema(self.model, recipe.ema_decay)
        self.lpips: BackbonesInTurn | None = None
        if recipe.weights.perceptual:
            self.lpips = BackbonesInTurn(metrics, recipe.backbones, self.device)
        self.validation = LookValidation(
            self.codec,
            pictures,
            enhance=codec.brightens,
            global_tone=recipe.global_tone,
            metric=metrics[0] if metrics else None,
        )
        self.draws = Draws(sources, recipe.mix)
        self.prefetcher = Prefetcher(self._drawn, rng)
        optimiser = new_optimiser(self.model, recipe.learning_rate, recipe.betas)
        opposed = replace(recipe.learning_rate, peak=recipe.discriminator_rate)
        opponent = new_optimiser(self.discriminator, opposed, recipe.betas)
        adversary = Adversary(self.discriminator, opponent, {})
        state = RunState(self.model, self.ema.model, optimiser, rng, adversary)
        state.stream = stream_of(sources)
        state.notes["look"] = json.dumps(codec.identity)
        schedule = RunSchedule(
            recipe.steps,
            validate_every=recipe.validate_every,
            checkpoint_minutes=recipe.checkpoint_minutes,
            sheet_minutes=recipe.sheet_minutes,
        )
        settings: dict[str, object] = {"codec": codec.identity, **asdict(recipe)}
        if self.lpips is not None:
            settings["metrics"] = self.lpips.settings
        else:
            del settings["backbones"]  # which runs of earlier versions did not have
        if look is not None:
            settings["look"] = {"name": look.name, "sha256": look.sha256}
            state.notes["hours_before"] = json.dumps(look.training.hours or 0.0)
        super().__init__(out, state, schedule, settings)

    def step(self) -> None:
        """Update the synthesis, then the discriminator; neither if a loss is not finite."""
        recipe, state = self.recipe, self.state
        assert state.adversary is not None
        for optimiser in (state.optimiser, state.adversary.optimiser):
            set_learning_rates(
                optimiser, state.step, state.step, recipe.steps, recipe.learning_rate
            )
        decoded = self._decoded(
            *self.prefetcher.next(state.step, more=state.step + 1 < recipe.steps)
        )
        picture, total, losses = self._look_at(decoded)
        state.step += 1
        if not clipped_step(total, self.model, state.optimiser, recipe.clip_norm):
            self.skip(recipe.patience)
            return
        judged = total.new_zeros(())
        if recipe.weights.adversarial:
            with transforms_in(recipe.precision, self.device):
                judged = discriminator_loss(
                    self.discriminator, picture, decoded.target, decoded.base
                )
            clipped_step(judged, self.discriminator, state.adversary.optimiser, recipe.clip_norm)
        self.ema.update(self.model, state.step)
        state.skipped = 0
        terms = [getattr(losses, f.name) for f in fields(losses)]
        values = torch.stack((total, *terms, judged)).detach()
        state.window.append(values.tolist())

    def _look_at(self, decoded: _Decoded) -> tuple[Tensor, Tensor, LookLosses]:
        """Return pictures without gradients, the total loss, and its terms."""
        recipe = self.recipe
        distance = None if self.lpips is None else self.lpips.at(self.state.step)
        judges = recipe.weights.adversarial and self.state.step >= recipe.adversarial_after
        self.discriminator.requires_grad_(False)
        with transforms_in(recipe.precision, self.device):
            picture = self.model.synthesise(decoded.latents)
            losses = look_losses(
                picture.float(),
                decoded.target,
                decoded.base,
                self.discriminator if judges else None,
                recipe.weights,
                self._previews(decoded.latents),
                distance,
            )
            total = total_loss(losses, recipe.weights)
        self.discriminator.requires_grad_(True)
        return picture.detach().float(), total, losses

    def _previews(self, latents: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return the previews with the look and without; None for codecs without a linear path."""
        with torch.autocast(self.device.type, enabled=False):  # differences are a few levels
            mine, base = (model.preview(latents.float()) for model in (self.model, self.codec))
        return None if mine is None or base is None else (mine, base)

    @torch.no_grad()
    def _decoded(self, quality: Tensor, crops: Batch | Tensor) -> _Decoded:
        """Return what the frozen codec makes of crops; latents are rounded, as in files."""
        curve = places = None
        if isinstance(crops, Batch):
            batch = crops.to(self.device)
            low, places = batch.low, batch.places
            curve, target = toned(self.codec, batch, self.recipe.global_tone)
        else:
            low = target = crops.to(self.device)
        low = low.contiguous(memory_format=torch.channels_last)
        with transforms_in(self.recipe.precision, self.device):
            latents, _, _ = self.codec.code(
                low, curve, quality.to(self.device), self.brightens, round_ste, places
            )
            base = self.codec.synthesise(latents).float()
        return _Decoded(latents, base, target)

    def _drawn(self, rng: np.random.Generator, number: int) -> tuple[Tensor, Batch | Tensor]:
        """Return qualities and crops: a Batch, or photographs where the codec does not brighten."""
        recipe = self.recipe
        quality = torch.from_numpy(rng.uniform(1, QUALITY_LEVELS, recipe.batch)).float()
        sampler = self.draws.sampler(number, rng)
        draw = sampler.crops if self.brightens else sampler.photographs
        return quality, draw(recipe.batch, recipe.crop)

    def validate(self) -> list[Row]:
        """Return PSNR, NIQE and LPIPS of validation pictures, with and without the look."""
        return self.validation.scores(self.ema.model)

    def merit(self, scores: Sequence[Row]) -> float:
        """Return the negative NIQE of validation pictures; their PSNR if that is not measured."""
        measured = "niqe" in scores[0]
        return fmean(-score["niqe"] if measured else score["psnr"] for score in scores)

    def draw(self, path: Path) -> None:
        """Draw parts of validation pictures: dark, without the look, with it, and the target."""
        self.validation.draw(self.ema.model, path)


def _load(model: JointModel, look: Arrays) -> None:
    """Copy the arrays of a look into a synthesis. Raises BrokenModelError if they do not fit."""
    check_fits(synthesis_arrays(joint_arrays(model)), look)
    own = dict(model.named_parameters())
    with torch.no_grad():
        for key, values in look.items():
            own[key].copy_(torch.from_numpy(values))


def synthesis_of(model: JointModel) -> JointModel:
    """Return a copy of a model that has nothing but its synthesis."""
    other = copy.deepcopy(model)
    for name, _ in list(other.named_children()):
        if name not in SYNTHESIS:
            delattr(other, name)
    return other
