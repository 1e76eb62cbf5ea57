"""Exponential moving average of weights, which is validated and exported."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


class Ema(Generic[M]):
    """Keep ``model``, a copy whose weights are the moving average of those in training."""

    def __init__(self, model: M, decay: float) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model: M, step: int) -> None:
        """Move towards ``model``; early steps move faster, to forget the initial weights."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(theirs, share)
