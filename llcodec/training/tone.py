"""Training of the tone network on thumbnails, before and separate from the codec."""

import copy
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from llcodec.data.sampling import Batch, Draws, Mix, Sources
from llcodec.nets.blocks import luma
from llcodec.nets.tone import apply_tone
from llcodec.nets.tone_networks import ToneMember, TonePredictor
from llcodec.training.recipe_checks import (
    check_least,
    check_positive,
    check_shares,
    check_weights,
)
from llcodec.training.reporting import Reporter

_LEAST_MEAN, _MOST_SCALE = 1e-3, 4.0


@dataclass(frozen=True)
class ToneRecipe:
    """Settings of the training of the tone network.

    Inputs are dark pictures of real pairs, darkened photographs, and unchanged bright pictures.
    ``mean_given`` is the share of the loss, and of the score that chooses checkpoints, that is
    computed after scaling to the target's mean. How bright a scene was cannot be known from a dark
    picture. The curve that errs least on average is therefore too flat, and makes black grey;
    this share judges it apart from its brightness.
    """

    steps: int = 4000
    batch: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    validate_every: int = 100
    mean_given: float = 0.0
    mix: Mix = field(default_factory=lambda: Mix(pairs=0.75, darkened=0.15))

    def __post_init__(self) -> None:
        """Raise InputError for invalid settings."""
        check_least(1, steps=self.steps, batch=self.batch, validate_every=self.validate_every)
        check_positive(learning_rate=self.learning_rate)
        check_weights(weight_decay=self.weight_decay)
        check_shares(mean_given=self.mean_given)


def tone_loss(bright: Tensor, high: Tensor, mean_given: float = 0.0) -> Tensor:
    """Return L1 + 0.15·ln(MSE) of brightened thumbnails, averaged over pictures.

    ``mean_given`` is the share of the same after scaling to the means of the targets.

    The mean of logarithms corresponds to the mean PSNR, which is the measure that counts. Without
    it, the few pictures whose brightness cannot be predicted dominate the gradient, which costs
    0.5 dB on held-out scenes.
    """
    loss = _loss(bright, high)
    if not mean_given:
        return loss
    return (1 - mean_given) * loss + mean_given * _loss(with_mean_of(high, bright), high)


def _loss(bright: Tensor, high: Tensor) -> Tensor:
    error = bright - high
    squares = error.square().mean((1, 2, 3))
    return error.abs().mean() + 0.15 * (squares + 1e-4).log().mean()


def with_mean_of(target: Tensor, picture: Tensor) -> Tensor:
    """Return pictures B×3×H×W, scaled to the mean luma of their targets, by 4 at most."""
    wanted, found = (luma(x).mean((2, 3), keepdim=True) for x in (target, picture))
    scale = wanted / found.clamp(min=_LEAST_MEAN)
    return picture * scale.clamp(1 / _MOST_SCALE, _MOST_SCALE)


@torch.no_grad()
def tone_psnr(network: TonePredictor, sources: Sources, *, mean_given: bool = False) -> float:
    """Return the mean PSNR in dB of brightened thumbnails against those of the targets.

    ``mean_given`` scales them to the means of the targets before.
    """
    scores = []
    for low, high in sources.pair_thumbnails:
        x, target = (torch.from_numpy(v).permute(2, 0, 1)[None] for v in (low, high))
        bright = apply_tone(x, network(x)).clamp(0, 1)
        if mean_given:
            bright = with_mean_of(target, bright).clamp(0, 1)
        scores.append(-10 * math.log10(float((bright - target).square().mean()) + 1e-10))
    return sum(scores) / len(scores)


def train_tone(
    network: ToneMember,
    draws: Draws,
    rng: np.random.Generator,
    validation: Sequence[Sources],
    recipe: ToneRecipe,
    log: Path,
    *,
    stopped: Callable[[], bool] = lambda: False,
    progress: Reporter | None = None,
) -> ToneMember | None:
    """Train ``network`` and return its state with the best score on ``validation``.

    The score is the mean PSNR, or in part the one with the means given
    (:attr:`ToneRecipe.mean_given`).

    Without validation pictures this is the last state. Measurements are written to the file
    ``log`` as JSON lines. Returns None if ``stopped``, which is called after every step, is true.
    """
    optimiser = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, recipe.steps)
    best, best_score = network, -math.inf
    with log.open("w") as lines:
        for step in range(1, recipe.steps + 1):
            batch = draws.sampler(step - 1, rng).thumbnails(recipe.batch)
            loss = _step(network, batch, optimiser, recipe.mean_given)
            schedule.step()
            last = step == recipe.steps
            if step % recipe.validate_every == 0 or last:
                scores = [_score(network, sources, recipe.mean_given) for sources in validation]
                score = fmean(scores) if scores else best_score
                if score > best_score or not scores:
                    best, best_score = copy.deepcopy(network), score
                row = {"step": step, "loss": round(loss, 4), "val_psnr": scores}
                lines.write(json.dumps(row) + "\n")
                lines.flush()
                if progress is not None:
                    progress.losses(step, {"loss": loss} | ({"psnr": score} if scores else {}))
            if stopped() and not last:
                return None
    return best


def _score(network: ToneMember, sources: Sources, mean_given: float) -> float:
    score = tone_psnr(network, sources)
    if not mean_given:
        return score
    return (1 - mean_given) * score + mean_given * tone_psnr(network, sources, mean_given=True)


def _step(
    network: ToneMember, batch: Batch, optimiser: torch.optim.Optimizer, mean_given: float
) -> float:
    """Take one step, and return the loss before it."""
    bright = apply_tone(batch.low, network(batch.low_thumbnail))
    loss = tone_loss(bright, batch.high, mean_given)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())
