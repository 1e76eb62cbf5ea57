"""Training of the codec: one stage in one run folder."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean, median
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.data.sampling import Batch, Draws, Sources
from llcodec.data.streaming import StreamedSources, stream_of
from llcodec.errors import LlcError
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.density import round_ste
from llcodec.nets.joint import JointModel, Rounding
from llcodec.training.checkpoint import RunState, read_tensors, tensors_within
from llcodec.training.ema import Ema
from llcodec.training.losses import (
    Loss,
    lambda_of_quality,
    rate_distortion,
    weighted_cost,
)
from llcodec.training.optimiser import (
    AdaptiveClip,
    clipped_step,
    new_optimiser,
    set_learning_rates,
)
from llcodec.training.perceptual import BackbonesInTurn
from llcodec.training.precision import compile_parts, transforms_in
from llcodec.training.prefetch import Prefetcher
from llcodec.training.processes import Processes
from llcodec.training.recipe import StageRecipe
from llcodec.training.reporting import Row
from llcodec.training.sheet import draw_sheet
from llcodec.training.teacher import Teacher
from llcodec.training.toned_targets import toned
from llcodec.training.trainer import RunSchedule, Trainer
from llcodec.training.validation import validate

VALIDATION_QUALITIES = (2.0, 4.0, 7.0)
_MOST_RESTARTS = 5

Stage = Literal["plain", "joint"]


class CodecTrainer(Trainer):
    """Train one stage in one run folder.

    The stage ``plain`` learns to reproduce photographs; ``joint`` learns bright pictures from dark
    ones, with a tone network that is already trained. A recipe with a weight of ``perceptual``
    needs the ``metrics``, LPIPS with each of its backbones, which take turns from step to step and
    are computed in the precision of the training.

    Raises:
        InputError: if the recipe needs metrics, and they are not those of its backbones, in order.
    """

    columns = ("loss", "bpp", "mse")

    def __init__(
        self,
        model: JointModel,
        stage: Stage,
        recipe: StageRecipe,
        sources: Sources | StreamedSources,
        pictures: Sequence[tuple[Tensor, Tensor]],
        out: Path,
        *,
        seed: int = 0,
        device: torch.device | None = None,
        processes: Processes | None = None,
        metrics: Sequence[PerceptualMetric] = (),
    ) -> None:
        self.joint, self.recipe, self.pictures = stage == "joint", recipe, pictures
        self.batch = recipe.batch
        self.device = device or torch.device("cpu")
        rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        if model.tone is not None:
            model.tone.requires_grad_(False)
        self.model = model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = Ema(model, recipe.ema_decay)
        self.teacher = Teacher(model, recipe.teacher) if self.joint and recipe.teacher else None
        self.lpips: BackbonesInTurn | None = None
        if recipe.distortion.perceptual:
            self.lpips = BackbonesInTurn(metrics, recipe.distortion.backbones, self.device)
        if recipe.compile:
            compile_parts(model)
        self.draws = Draws(sources, recipe.mix)
        optimiser = new_optimiser(model, recipe.learning_rate, recipe.betas)
        state = RunState(model, self.ema.model, optimiser, rng)
        state.stream = stream_of(sources)
        state.notes["preset"] = json.dumps(asdict(model.preset))
        state.notes["stage"] = stage
        state.notes["lambdas"] = json.dumps(recipe.lambdas)
        schedule = RunSchedule(
            recipe.steps,
            validate_every=recipe.validate_every,
            checkpoint_minutes=recipe.checkpoint_minutes,
            sheet_minutes=recipe.sheet_minutes,
        )
        settings: dict[str, Any] = {"stage": stage, "seed": seed, **asdict(recipe)}
        if recipe.teacher is None:
            del settings["teacher"]  # which runs of earlier versions did not have
        if self.lpips is not None:
            settings["metrics"] = self.lpips.settings
        else:
            del settings["distortion"]["perceptual"]  # as above
            del settings["distortion"]["backbones"]
        super().__init__(out, state, schedule, settings, processes)
        self.shard = self.processes.shard(recipe.batch)
        self.prefetcher = Prefetcher(self._drawn, rng)
        self.clip = (
            None
            if recipe.adaptive_clip is None
            else AdaptiveClip(recipe.adaptive_clip, recipe.clip_norm, state.norms)
        )
        self.forward: nn.Module = model
        if self.processes.world_size > 1:
            self.forward = nn.parallel.DistributedDataParallel(model)

    def step(self) -> None:
        """Take a step, unless its loss is an outlier."""
        recipe, state = self.recipe, self.state
        since = state.step - (state.restarted[-1] if state.restarted else 0)
        rate = recipe.learning_rate
        set_learning_rates(state.optimiser, state.step, since, recipe.steps, rate)
        loss = self._loss(*self.prefetcher.next(state.step, more=state.step + 1 < recipe.steps))
        state.step += 1
        values = torch.stack((loss.total, loss.bpp, loss.mse)).detach()
        total, bpp, mse = self.processes.mean(values).tolist()
        if self._is_sane(total) and clipped_step(
            loss.total, self.model, state.optimiser, recipe.clip_norm, self.clip
        ):
            self.ema.update(self.model, state.step)
            state.skipped = 0
            state.window.append([total, bpp, mse])
        else:
            self._skip()

    def _drawn(self, rng: np.random.Generator, number: int) -> tuple[Tensor, Batch | Tensor]:
        """Return the qualities and the crops of the shard of this process, of a batch.

        Crops are a Batch in the joint stage, and otherwise photographs B×3×S×S.
        """
        recipe, quality = self.recipe, self._qualities(rng)
        sampler = self.draws.sampler(number, rng)
        draw = sampler.crops if self.joint else sampler.photographs
        return quality, draw(recipe.batch, recipe.crop, self.shard)

    def _qualities(self, rng: np.random.Generator) -> Tensor:
        """Return the qualities of the shard of this process, drawn for the complete batch."""
        recipe = self.recipe
        if recipe.rate_point is not None:
            return torch.full((recipe.batch,), float(recipe.rate_point))[self.shard]
        drawn = rng.uniform(1, QUALITY_LEVELS, recipe.batch)
        return torch.from_numpy(drawn).float()[self.shard]

    def _skip(self) -> None:
        """Count a skipped step; after too many in a row, return to older weights.

        After a jump to bad weights every later loss is an outlier, and the run cannot recover by
        itself. The older weights are the averaged ones, or those of the last checkpoint if weights
        are not averaged.
        """
        state = self.state
        state.skipped += 1
        if state.skipped < self.recipe.patience:
            return
        state.restarted.append(state.step)
        if len(state.restarted) > _MOST_RESTARTS:
            raise LlcError(f"the training diverged: {_MOST_RESTARTS} restarts did not help")
        state.model.load_state_dict(self._older_weights())
        state.optimiser.state.clear()
        state.recent.clear()
        state.skipped = 0

    def _older_weights(self) -> dict[str, Tensor]:
        if self.recipe.ema_decay > 0:
            return self.state.ema.state_dict()
        if not self.checkpoint.is_file():
            raise LlcError("the training diverged before its first checkpoint")
        return tensors_within("model.", read_tensors(self.checkpoint)[0])

    def _is_sane(self, loss: float) -> bool:
        """Return whether a loss is near the recent ones, and record it if it is."""
        recent = self.state.recent
        cap = self.recipe.loss_cap * median(recent) if len(recent) >= 20 else math.inf
        if not (math.isfinite(loss) and loss < cap):
            return False
        recent.append(loss)
        return True

    def _loss(self, quality: Tensor, crops: Batch | Tensor) -> Loss:
        recipe, device = self.recipe, self.device
        curve = places = None
        if isinstance(crops, Batch):
            batch = crops.to(device)
            low, places = batch.low, batch.places
            curve, high = toned(self.model, batch, recipe.distortion.global_tone)
        else:
            low = high = crops.to(device)
        low = low.contiguous(memory_format=torch.channels_last)
        with transforms_in(recipe.precision, device):
            asked = quality.to(device)
            out = self.forward(low, curve, asked, self.joint, self._rounding, places)
            lpips = None
            if self.lpips is not None:
                lpips = self.lpips.at(self.state.step)(out.x_hat.float(), high)
        lam = self._lambdas(quality).to(device)
        loss = rate_distortion(out, high, lam, recipe.distortion, recipe.equalise, lpips)
        return loss if self.teacher is None else self.teacher.guided(loss, high)

    @property
    def _rounding(self) -> Rounding:
        """The approximation of rounding for the rates of this step."""
        hard = self.state.step >= self.recipe.steps * (1 - self.recipe.hard_share)
        return round_ste if hard else self.processes.with_noise

    def _lambdas(self, quality: Tensor) -> Tensor:
        lambdas = self.recipe.lambdas
        if self.recipe.rate_point is not None:
            return torch.full_like(quality, lambdas[self.recipe.rate_point - 1])
        return lambda_of_quality(quality, lambdas)

    def means(self) -> dict[str, float]:
        """Return loss, bpp and PSNR in dB."""
        row = super().means()
        if row:
            mse = fmean(values[-1] for values in self.state.window)
            row = {"loss": row["loss"], "bpp": row["bpp"]}
            row["psnr"] = round(-10 * math.log10(mse + 1e-10), 2)
        return row

    def validate(self) -> list[Row]:
        """Return rate and PSNR of validation pictures at a few qualities."""
        if not self.pictures:
            return []
        scores = validate(self.ema.model, self.pictures, VALIDATION_QUALITIES, self.joint)
        return [asdict(score) for score in scores]

    def merit(self, scores: Sequence[Row]) -> float:
        """Return the negative rate-distortion cost of validation pictures, mean over qualities."""
        quality, bpp, psnr = (
            torch.tensor([score[key] for score in scores]) for key in ("quality", "bpp", "psnr")
        )
        cost = weighted_cost(bpp, 10 ** (-psnr / 10), self._lambdas(quality), self.recipe.equalise)
        return -float(cost.mean())

    def draw(self, path: Path) -> None:
        """Draw validation pictures at a few qualities."""
        if self.pictures:
            draw_sheet(self.ema.model, self.pictures, VALIDATION_QUALITIES, self.joint, path)
