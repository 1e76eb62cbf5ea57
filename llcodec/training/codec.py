"""The training loop of the joint model."""

import json
import math
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any, TextIO

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.codec.joint import JointModel
from llcodec.data.sampling import CropSampler, Sources
from llcodec.errors import InputError, LlcError
from llcodec.nets.gain import QUALITIES
from llcodec.nets.tone import apply_tone
from llcodec.training.checkpoint import RunState, load_checkpoint, save_checkpoint
from llcodec.training.ema import Ema
from llcodec.training.losses import Loss, lambda_of_quality, rate_distortion, retoned
from llcodec.training.recipe import CodecRecipe
from llcodec.training.validation import validate

VALIDATION_QUALITIES = (2.0, 4.0, 7.0)
_MOST_SKIPPED = 100


@dataclass
class StopRequest:
    """Set by SIGTERM and SIGINT: finish the step, write a checkpoint, and end.

    Listens within a ``with`` block and gives the signals back to their handlers after it.
    """

    asked: bool = False
    signals: tuple[int, ...] = field(default=(signal.SIGTERM, signal.SIGINT))

    before: dict[int, Any] = field(default_factory=dict)

    def __enter__(self) -> "StopRequest":
        self.before = {number: signal.signal(number, self._ask) for number in self.signals}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class CodecTrainer:
    """Trains one stage in one run folder: config.json, log.jsonl, checkpoint.safetensors."""

    def __init__(
        self,
        model: JointModel,
        recipe: CodecRecipe,
        sources: Sources,
        pictures: Sequence[tuple[Tensor, Tensor]],
        out: Path,
    ) -> None:
        self.recipe, self.pictures, self.out = recipe, pictures, out
        self.skipped = 0  # steps in a row
        rng = np.random.default_rng(recipe.seed)
        torch.manual_seed(recipe.seed)
        if model.tone is not None:
            model.tone.requires_grad_(False)
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = Ema(model, recipe.ema_decay)
        self.sampler = CropSampler(sources, recipe.mix, rng)
        self.state = RunState(model, self.ema.model, _optimiser(model, recipe), rng)

    @property
    def checkpoint(self) -> Path:
        """The file that this run goes on from."""
        return self.out / "checkpoint.safetensors"

    @property
    def config(self) -> Path:
        """The recipe of this run folder."""
        return self.out / "config.json"

    def resume(self) -> None:
        """Go on exactly where the checkpoint of this run folder ended.

        Raises InputError if the folder's recipe is another one.
        """
        if not self.config.is_file() or self.config.read_text() != self._config_text():
            raise InputError(f"{self.config}: the run was started with other settings")
        load_checkpoint(self.checkpoint, self.state)

    def _config_text(self) -> str:
        return json.dumps(asdict(self.recipe), indent=1) + "\n"

    def run(self, max_hours: float = math.inf) -> None:
        """Train until the recipe's last step, ``max_hours`` of this session, or a signal."""
        self.out.mkdir(parents=True, exist_ok=True)
        self.config.write_text(self._config_text())
        started = saved = time.monotonic()
        hours_before = self.state.hours
        with StopRequest() as stop, (self.out / "log.jsonl").open("a") as log:
            while self.state.step < self.recipe.steps and not stop.asked:
                loss = self._step()
                now = time.monotonic()
                self.state.hours = hours_before + (now - started) / 3600
                if self.state.step % 50 == 0:
                    _write(log, self._row(loss))
                if self.state.step % self.recipe.validate_every == 0:
                    _write(log, {"step": self.state.step, "val": self._validate()})
                if now - saved > 60 * self.recipe.checkpoint_minutes:
                    save_checkpoint(self.checkpoint, self.state)
                    saved = now
                stop.asked |= now - started > 3600 * max_hours
        save_checkpoint(self.checkpoint, self.state)

    def _step(self) -> Loss:
        recipe, state = self.recipe, self.state
        for group in state.optimiser.param_groups:
            group["lr"] = group["peak"] * _schedule(state.step, recipe)
        quality = torch.from_numpy(state.rng.uniform(1, QUALITIES, recipe.batch)).float()
        loss = self._loss(quality)
        state.optimiser.zero_grad(set_to_none=True)
        state.step += 1
        if self._is_sane(float(loss.total.detach())) and self._descend(loss):
            self.skipped = 0
        else:
            self._skip()
        return loss

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
        self.skipped += 1
        if self.skipped > _MOST_SKIPPED:
            raise LlcError(f"the training diverged: {self.skipped} steps in a row were skipped")

    def _is_sane(self, loss: float) -> bool:
        """Return whether a loss is near the recent ones, and remember it if it is."""
        recent = self.state.recent
        cap = self.recipe.loss_cap * median(recent) if len(recent) >= 20 else math.inf
        if not (math.isfinite(loss) and loss < cap):
            return False
        recent.append(loss)
        return True

    def _loss(self, quality: Tensor) -> Loss:
        recipe, joint = self.recipe, self.recipe.stage == "joint"
        if joint:
            batch = self.sampler.crops(recipe.batch, recipe.crop)
            low, high = batch.low, batch.high
            assert self.model.tone is not None
            with torch.no_grad():
                curve = self.model.tone(batch.low_thumbnail)
                toned = apply_tone(batch.low_thumbnail, curve)
            high = retoned(high, batch.high_thumbnail, toned, recipe.tone_share)
        else:
            low = high = self.sampler.photographs(recipe.batch, recipe.crop)
            curve = None
        low = low.contiguous(memory_format=torch.channels_last)
        with _autocast(recipe.precision):
            out = self.model(low, curve, quality, enhance=joint)
        lam = lambda_of_quality(quality, recipe.lambdas)
        return rate_distortion(out, high, lam, recipe.l1_share if joint else 0.0)

    def _row(self, loss: Loss) -> dict[str, float]:
        return {
            "step": self.state.step,
            "hours": round(self.state.hours, 4),
            "loss": round(float(loss.total.detach()), 4),
            "bpp": round(float(loss.bpp.detach()), 4),
            "psnr": round(-10 * math.log10(float(loss.mse.detach()) + 1e-10), 2),
            "skipped": self.skipped,
        }

    def _validate(self) -> list[dict[str, float]]:
        joint = self.recipe.stage == "joint"
        scores = validate(self.ema.model, self.pictures, VALIDATION_QUALITIES, joint)
        return [asdict(score) for score in scores]


_LINEAR = ("linear_analysis.", "linear_synthesis.")
_ENTROPY = ("h_a.", "h_s.", "context.", "entropy_parameters.")


def _optimiser(model: JointModel, recipe: CodecRecipe) -> torch.optim.Optimizer:
    """Return Adam with gentler rates where a small step of a weight is a large step of the rate.

    The linear path starts as a good basis; the entropy networks predict means in units of the
    quantisation step, so the high qualities feel every jitter of their weights.
    """
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        share = recipe.linear_rate if name.startswith(_LINEAR) else 1.0
        share = recipe.entropy_rate if name.startswith(_ENTROPY) else share
        if parameter.requires_grad:
            groups.setdefault(recipe.learning_rate * share, []).append(parameter)
    return torch.optim.Adam([{"params": p, "peak": peak} for peak, p in groups.items()])


def _schedule(step: int, recipe: CodecRecipe) -> float:
    rise = min(1.0, (step + 1) / recipe.warmup)
    return rise * (1 + math.cos(math.pi * min(1.0, step / recipe.steps))) / 2


def _autocast(precision: str) -> AbstractContextManager[object]:
    """Return the context of the transforms' arithmetic: ``float32``, ``bfloat16`` or ``auto``.

    ``auto`` is bfloat16 where the processor multiplies it in hardware (AMX): twice as fast
    there, many times slower elsewhere. Rates, tone and linear path always keep full precision.
    """
    if precision == "auto":
        fast = torch.cpu._is_amx_tile_supported()
        precision = "bfloat16" if fast else "float32"
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16")


def _write(log: TextIO, row: Mapping[str, object]) -> None:
    log.write(json.dumps(row) + "\n")
    log.flush()
