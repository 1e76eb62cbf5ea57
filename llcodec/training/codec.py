"""The training loop of the codec: one stage, in one run folder."""

import json
import math
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import fmean, median
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.codec.joint import JointModel, Rounding
from llcodec.data.sampling import CropSampler, Sources
from llcodec.errors import InputError, LlcError
from llcodec.nets.density import round_ste
from llcodec.nets.gain import QUALITIES
from llcodec.nets.tone import apply_tone
from llcodec.training.checkpoint import RunState, load_checkpoint, save_checkpoint
from llcodec.training.ema import Ema
from llcodec.training.losses import Loss, lambda_of_quality, rate_distortion, retoned
from llcodec.training.optimiser import new_optimiser, set_learning_rates
from llcodec.training.precision import compile_parts, transforms_in
from llcodec.training.ranks import Ranks
from llcodec.training.recipe import StageRecipe
from llcodec.training.reporting import JsonLines, Reporter
from llcodec.training.sheet import draw_sheet
from llcodec.training.stopping import StopRequest
from llcodec.training.validation import validate

VALIDATION_QUALITIES = (2.0, 4.0, 7.0)
REPORT_EVERY = 50
_MOST_RESTARTS = 5

Stage = Literal["plain", "joint"]


class CodecTrainer:
    """Trains one stage in one run folder: config.json, log.jsonl, checkpoint, sheets/.

    Stage ``plain`` learns photographs as they are; ``joint`` learns bright pictures from dark
    ones, with the tone network as it was trained before.
    """

    def __init__(
        self,
        model: JointModel,
        stage: Stage,
        recipe: StageRecipe,
        sources: Sources,
        pictures: Sequence[tuple[Tensor, Tensor]],
        out: Path,
        *,
        seed: int = 0,
        device: torch.device | None = None,
        ranks: Ranks | None = None,
    ) -> None:
        self.joint, self.recipe, self.pictures, self.out = stage == "joint", recipe, pictures, out
        self.device, self.ranks = device or torch.device("cpu"), ranks or Ranks()
        self.part = self.ranks.part(recipe.batch)
        rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        if model.tone is not None:
            model.tone.requires_grad_(False)
        self.model = model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = Ema(model, recipe.ema_decay)
        if recipe.compile:
            compile_parts(model)
        self.forward: nn.Module = model
        if self.ranks.count > 1:
            self.forward = nn.parallel.DistributedDataParallel(model)
        self.sampler = CropSampler(sources, recipe.mix, rng)
        self.state = RunState(model, self.ema.model, new_optimiser(model, recipe), rng)
        self.state.notes["preset"] = json.dumps(asdict(model.preset))
        self.state.notes["lambdas"] = json.dumps(recipe.lambdas)
        self.settings = json.dumps({"stage": stage, "seed": seed, **asdict(recipe)}, indent=1)

    @property
    def checkpoint(self) -> Path:
        """The file that this run goes on from."""
        return self.out / "checkpoint.safetensors"

    @property
    def config(self) -> Path:
        """The recipe of this run folder."""
        return self.out / "config.json"

    @property
    def log(self) -> Path:
        """A line of JSON for every report."""
        return self.out / "log.jsonl"

    def resume(self) -> None:
        """Go on exactly where the checkpoint of this run folder ended.

        Raises InputError if the folder's recipe is another one.
        """
        if not self.config.is_file() or self.config.read_text() != self.settings + "\n":
            raise InputError(f"{self.config}: the run was started with other settings")
        load_checkpoint(self.checkpoint, self.state)
        if self.ranks.rank == 0:
            JsonLines(self.log).cut_after(self.state.step)

    def run(self, max_hours: float = math.inf, reporters: Sequence[Reporter] = ()) -> bool:
        """Train until the recipe's last step, ``max_hours`` of this session, or a signal.

        Returns whether the last step was reached.
        """
        if self.ranks.rank == 0:
            self.out.mkdir(parents=True, exist_ok=True)
            self.config.write_text(self.settings + "\n")
            reporters = [JsonLines(self.log), *reporters]
        with StopRequest() as stop, ExitStack() as stack:
            listeners = [stack.enter_context(r) for r in reporters if self.ranks.rank == 0]
            self._run(stop, max_hours, listeners)
        self._save()
        return self.state.step >= self.recipe.steps

    def _run(self, stop: StopRequest, max_hours: float, listeners: Sequence[Reporter]) -> None:
        started = saved = drawn = reported = time.monotonic()
        hours_before, recipe, state = self.state.hours, self.recipe, self.state
        stopping = False
        while state.step < recipe.steps and not stopping:
            self._step()
            now = time.monotonic()
            state.hours = hours_before + (now - started) / 3600
            if state.step % REPORT_EVERY == 0:
                self._report(listeners, REPORT_EVERY / (now - reported))
                reported = now
            if state.step % recipe.validate_every == 0:
                self._validate(listeners)
            if now - saved > 60 * recipe.checkpoint_minutes:
                self._save()
                saved = now
            if now - drawn > 60 * recipe.sheet_minutes:
                self._draw()
                drawn = now
            stopping = stop.asked or now - started > 3600 * max_hours
            if self.ranks.count > 1:  # all or none
                stopping = self.ranks.any(stopping, self.device)

    def _save(self) -> None:
        if self.ranks.rank == 0:
            save_checkpoint(self.checkpoint, self.state)
        self.ranks.wait()

    def _step(self) -> None:
        recipe, state = self.recipe, self.state
        since = state.step - (state.restarted[-1] if state.restarted else 0)
        set_learning_rates(state.optimiser, state.step, since, recipe)
        loss = self._loss(self._qualities())
        state.optimiser.zero_grad(set_to_none=True)
        state.step += 1
        values = torch.stack((loss.total, loss.bpp, loss.mse)).detach()
        total, bpp, mse = self.ranks.mean(values).tolist()
        if self._is_sane(total) and self._descend(loss):
            state.skipped = 0
            state.window.append([total, bpp, mse])
        else:
            self._skip()

    def _qualities(self) -> Tensor:
        """Return the qualities of this part of the batch, drawn for all of it."""
        recipe = self.recipe
        if recipe.rate_point is not None:
            return torch.full((recipe.batch,), float(recipe.rate_point))[self.part]
        drawn = self.state.rng.uniform(1, QUALITIES, recipe.batch)
        return torch.from_numpy(drawn).float()[self.part]

    def _descend(self, loss: Loss) -> bool:
        """Take one step against the gradient; False if the gradient is not finite."""
        loss.total.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip_norm)
        if not bool(norm.isfinite()):
            return False
        self.state.optimiser.step()
        self.ema.update(self.model, self.state.step)
        return True

    def _skip(self) -> None:
        """Count a step that was not taken; too many in a row, and the average takes over.

        A jump to bad weights makes every later loss insane, and cannot be left otherwise.
        """
        state = self.state
        state.skipped += 1
        if state.skipped < self.recipe.patience:
            return
        state.restarted.append(state.step)
        if len(state.restarted) > _MOST_RESTARTS:
            raise LlcError(f"the training diverged: {_MOST_RESTARTS} restarts did not help")
        state.model.load_state_dict(state.ema.state_dict())
        state.optimiser.state.clear()
        state.recent.clear()
        state.skipped = 0

    def _is_sane(self, loss: float) -> bool:
        """Return whether a loss is near the recent ones, and remember it if it is."""
        recent = self.state.recent
        cap = self.recipe.loss_cap * median(recent) if len(recent) >= 20 else math.inf
        if not (math.isfinite(loss) and loss < cap):
            return False
        recent.append(loss)
        return True

    def _loss(self, quality: Tensor) -> Loss:
        recipe, device = self.recipe, self.device
        curve = None
        if self.joint:
            batch = self.sampler.crops(recipe.batch, recipe.crop, self.part).to(device)
            low, high = batch.low, batch.high
            with torch.no_grad():
                curve = self.model.predict_tone(batch.low_thumbnail)
            if curve is not None:
                toned = apply_tone(batch.low_thumbnail, curve)
                share = recipe.distortion.global_tone
                high = retoned(high, batch.high_thumbnail, toned, share)
        else:
            low = high = self.sampler.photographs(recipe.batch, recipe.crop, self.part).to(device)
        low = low.contiguous(memory_format=torch.channels_last)
        with transforms_in(recipe.precision, device):
            out = self.forward(low, curve, quality.to(device), self.joint, self._rounding)
        lam = self._lambdas(quality).to(device)
        return rate_distortion(out, high, lam, recipe.distortion, recipe.equalise)

    @property
    def _rounding(self) -> Rounding:
        """What stands in for rounding in the rates of this step."""
        hard = self.state.step >= self.recipe.steps * (1 - self.recipe.hard_share)
        return round_ste if hard else self.ranks.with_noise

    def _lambdas(self, quality: Tensor) -> Tensor:
        lambdas = self.recipe.lambdas
        if self.recipe.rate_point is not None:
            return torch.full_like(quality, lambdas[self.recipe.rate_point - 1])
        return lambda_of_quality(quality, lambdas)

    def _report(self, listeners: Sequence[Reporter], speed: float) -> None:
        window = self.state.window
        row = {
            "hours": round(self.state.hours, 4),
            "skipped": REPORT_EVERY - len(window),
            "restarts": len(self.state.restarted),
            "steps_per_second": round(speed, 3),
        }
        if window:
            loss, bpp, mse = map(fmean, zip(*window, strict=True))
            row |= {"loss": round(loss, 4), "bpp": round(bpp, 4)}
            row["psnr"] = round(-10 * math.log10(mse + 1e-10), 2)
        window.clear()
        for listener in listeners:
            listener.losses(self.state.step, row)

    def _validate(self, listeners: Sequence[Reporter]) -> None:
        if self.ranks.rank or not self.pictures:
            return
        scores = validate(self.ema.model, self.pictures, VALIDATION_QUALITIES, self.joint)
        for listener in listeners:
            listener.validation(self.state.step, scores)

    def _draw(self) -> None:
        if self.ranks.rank == 0 and self.pictures:
            path = self.out / "sheets" / f"step-{self.state.step:07d}.png"
            draw_sheet(self.ema.model, self.pictures, VALIDATION_QUALITIES, self.joint, path)
