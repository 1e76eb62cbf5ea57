"""Adam with a learning rate for each part of the codec, and its schedule."""

import math

import torch
from torch import Tensor, nn

from llcodec.training.recipe import LearningRate, StageRecipe

_LINEAR = ("linear_analysis.", "linear_synthesis.")
_ENTROPY = ("h_a.", "h_s.", "context.", "entropy_parameters.")


def new_optimiser(model: nn.Module, recipe: StageRecipe) -> torch.optim.Optimizer:
    """Return Adam over all weights that learn; each group keeps its ``peak`` rate."""
    rate = recipe.learning_rate
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        share = rate.linear if name.startswith(_LINEAR) else 1.0
        share = rate.entropy if name.startswith(_ENTROPY) else share
        if parameter.requires_grad:
            groups.setdefault(rate.peak * share, []).append(parameter)
    parts = [{"params": group, "peak": peak} for peak, group in groups.items()]
    return torch.optim.Adam(parts, betas=recipe.betas, fused=True)


def set_learning_rates(
    optimiser: torch.optim.Optimizer, step: int, since: int, recipe: StageRecipe
) -> None:
    """Set the learning rates of the step after ``step`` others, ``since`` the last (re)start."""
    share = learning_rate_factor(step, since, recipe.steps, recipe.learning_rate)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def clipped_step(
    loss: Tensor, model: nn.Module, optimiser: torch.optim.Optimizer, clip_norm: float
) -> bool:
    """Take one step against the gradient, whose norm is at most ``clip_norm`` after clipping.

    Returns whether loss and gradient were finite; the weights are left alone otherwise.
    """
    optimiser.zero_grad(set_to_none=True)
    if not math.isfinite(float(loss.detach())):
        return False
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    if not bool(norm.isfinite()):
        return False
    optimiser.step()
    return True


def learning_rate_factor(step: int, since: int, steps: int, rate: LearningRate) -> float:
    """Return the factor of the peak at a step: up linearly, then down as ``rate.decay`` says."""
    if rate.decay == "cosine":
        return warmup_cosine(step, since, steps, rate.warmup)
    rise = min(1.0, (since + 1) / max(1, rate.warmup))
    if rate.decay == "halving":
        return rise * 0.5 ** sum(step >= milestone for milestone in rate.milestones)
    return rise * min(1.0, max(0.0, 1 - step / steps) / rate.cooldown)


def warmup_cosine(step: int, since: int, steps: int, warmup: int) -> float:
    """Return the share of the peak: up linearly, ``since`` steps ago, and a cosine to zero."""
    rise = min(1.0, (since + 1) / max(1, warmup))
    return rise * (1 + math.cos(math.pi * min(1.0, step / steps))) / 2
