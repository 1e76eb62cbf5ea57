"""Adam with a step size for each part of the codec, and its course over time."""

import math

import torch
from torch import nn

from llcodec.training.recipe import LearningRate, StageRecipe

_LINEAR = ("linear_analysis.", "linear_synthesis.")
_ENTROPY = ("h_a.", "h_s.", "context.", "entropy_parameters.")


def new_optimiser(model: nn.Module, recipe: StageRecipe) -> torch.optim.Optimizer:
    """Return Adam over all weights that learn; each group keeps its ``peak`` step size."""
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
    """Set the step sizes of the step after ``step`` others, ``since`` the last (re)start."""
    share = schedule(step, since, recipe.steps, recipe.learning_rate)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def schedule(step: int, since: int, steps: int, rate: LearningRate) -> float:
    """Return the share of the peak at a step: up linearly, then a cosine to zero or halvings."""
    if rate.decay == "halving":
        rise = min(1.0, (since + 1) / max(1, rate.warmup))
        return rise * 0.5 ** sum(step >= milestone for milestone in rate.milestones)
    return rise_and_cosine(step, since, steps, rate.warmup)


def rise_and_cosine(step: int, since: int, steps: int, warmup: int) -> float:
    """Return the share of the peak: up linearly, ``since`` steps ago, and a cosine to zero."""
    rise = min(1.0, (since + 1) / max(1, warmup))
    return rise * (1 + math.cos(math.pi * min(1.0, step / steps))) / 2
