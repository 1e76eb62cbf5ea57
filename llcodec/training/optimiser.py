"""Adam with a learning rate for each part of the codec, and its schedule."""

import math
from statistics import median

import torch
from torch import Tensor, nn

from llcodec.training.recipe import LearningRate

_LINEAR = ("linear_analysis.", "linear_synthesis.")
_FEW_NORMS = 20
_RECENT_NORMS = 100
_ENTROPY = ("h_a.", "h_s.", "context.", "entropy_parameters.", "grouped_context.")


def new_optimiser(
    model: nn.Module, rate: LearningRate, betas: tuple[float, float]
) -> torch.optim.Optimizer:
    """Return Adam for all trainable weights; each group has its ``peak`` learning rate."""
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        share = rate.linear if name.startswith(_LINEAR) else 1.0
        share = rate.entropy if name.startswith(_ENTROPY) else share
        if parameter.requires_grad:
            groups.setdefault(rate.peak * share, []).append(parameter)
    parts = [{"params": group, "peak": peak} for peak, group in groups.items()]
    return torch.optim.Adam(parts, betas=betas, fused=True)


def set_learning_rates(
    optimiser: torch.optim.Optimizer, step: int, since: int, steps: int, rate: LearningRate
) -> None:
    """Set the rates after ``step`` of ``steps``, ``since`` of them after the last (re)start."""
    share = learning_rate_factor(step, since, steps, rate)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def clipped_step(
    loss: Tensor,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    clip_norm: float,
    clip: "AdaptiveClip | None" = None,
) -> bool:
    """Take one step against the gradient, clipped to the norm ``clip_norm``.

    An adaptive ``clip`` replaces this clipping. Returns whether loss and gradient were finite; if
    not, the weights are unchanged.
    """
    optimiser.zero_grad(set_to_none=True)
    if not math.isfinite(float(loss.detach())):
        return False
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip_norm) if clip is None else clip(model)
    if not bool(norm.isfinite()):
        return False
    optimiser.step()
    return True


def learning_rate_factor(step: int, since: int, steps: int, rate: LearningRate) -> float:
    """Return the factor of the peak at a step: linear warm-up, then a decay by ``rate.decay``."""
    if rate.decay == "cosine":
        return warmup_cosine(step, since, steps, rate.warmup)
    rise = min(1.0, (since + 1) / max(1, rate.warmup))
    if rate.decay == "halving":
        return rise * 0.5 ** sum(step >= milestone for milestone in rate.milestones)
    return rise * min(1.0, max(0.0, 1 - step / steps) / rate.cooldown)


def warmup_cosine(step: int, since: int, steps: int, warmup: int) -> float:
    """Return the factor of the peak: linear in ``since``, the steps since a start; then cosine."""
    rise = min(1.0, (since + 1) / max(1, warmup))
    return rise * (1 + math.cos(math.pi * min(1.0, step / steps))) / 2


class AdaptiveClip:
    """Clip the gradient of each part of a codec to a multiple of the median of its recent norms.

    The gradients of the parts (linear path, entropy networks, everything else) differ widely. With
    one norm for all, the largest would scale the others, and a burst of a small one would not be
    noticed. After AutoClip (Seetharaman et al., MLSP 2020). The first gradients, before there is a
    median, are clipped to ``first``. ``recent`` has the norms of each part, oldest first; it is
    part of the state of a run.
    """

    def __init__(self, factor: float, first: float, recent: dict[str, list[float]]) -> None:
        self.factor, self.first, self.recent = factor, first, recent

    def __call__(self, model: nn.Module) -> Tensor:
        """Clip the gradients of ``model`` in place; return the largest norm before clipping."""
        parts: dict[str, list[nn.Parameter]] = {}
        for name, parameter in model.named_parameters():
            if parameter.grad is not None:
                parts.setdefault(_part_of(name), []).append(parameter)
        norms = [self._clip(name, parameters) for name, parameters in parts.items()]
        return torch.stack(norms).amax()

    def _clip(self, name: str, parameters: list[nn.Parameter]) -> Tensor:
        recent = self.recent.setdefault(name, [])
        norm = nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
        if not bool(norm.isfinite()):
            return norm
        few = len(recent) < _FEW_NORMS
        most = self.first if few else self.factor * median(recent)
        nn.utils.clip_grads_with_norm_(parameters, most, norm)
        recent.append(float(norm))
        del recent[:-_RECENT_NORMS]
        return norm


def _part_of(name: str) -> str:
    if name.startswith(_LINEAR):
        return "linear"
    return "entropy" if name.startswith(_ENTROPY) else "transforms"
