"""Published networks whose picture is not simply one of their results, joined as their programs do.

Each class makes the authors' networks from a checkout, which has to be importable, and reads their
checkpoints with :meth:`Joined.load`. Input and output are N×3×H×W, RGB in [0, 1].
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

State = Mapping[str, Any]
"""The contents of a checkpoint."""

_LEAST = 1e-4  # below it, an illumination divides nothing


class Joined(nn.Module):
    """Networks of others that make one picture together."""

    @abstractmethod
    def load(self, checkpoints: Sequence[State]) -> None:
        """Read the weights. Raises RuntimeError if they are another network's."""


class PairLie(Joined):
    """PairLIE: the illumination to a power, times the reflectance.

    Its program's default is a power of 0.2, and 0.14 on LOL.
    """

    def __init__(self, power: float) -> None:
        super().__init__()
        self.network: nn.Module = import_module("net.net").net()
        self.power = power

    def load(self, checkpoints: Sequence[State]) -> None:
        """Read the one checkpoint."""
        self.network.load_state_dict(checkpoints[0])

    def forward(self, x: Tensor) -> Tensor:
        """Return the picture."""
        light, reflectance, _ = self.network(x)
        picture: Tensor = light.pow(self.power) * reflectance
        return picture


class Sci(Joined):
    """SCI: the input divided by the illumination of its only stage that inference needs."""

    def __init__(self) -> None:
        super().__init__()
        self.network: nn.Module = import_module("model").EnhanceNetwork(layers=1, channels=3)

    def load(self, checkpoints: Sequence[State]) -> None:
        """Read the one checkpoint, which holds the calibration of the training as well."""
        self.network.load_state_dict(_part(checkpoints[0], "enhance."))

    def forward(self, x: Tensor) -> Tensor:
        """Return the picture."""
        picture: Tensor = x / self.network(x).clamp(min=_LEAST)
        return picture


class Ruas(Joined):
    """RUAS: three stages of illumination, and a denoiser where ``denoise`` is set.

    Its program denoises with the weights of LOL, and not with the two others.
    """

    def __init__(self, *, denoise: bool) -> None:
        super().__init__()
        model, genotypes = import_module("model"), import_module("genotypes")
        self.enhance: nn.Module = model.EnhanceNetwork(3, 3, genotypes.IEM)
        self.denoise: nn.Module | None = (
            model.DenoiseNetwork(3, 6, genotypes.NRM) if denoise else None
        )

    def load(self, checkpoints: Sequence[State]) -> None:
        """Read the one checkpoint."""
        self.enhance.load_state_dict(_part(checkpoints[0], "enhance_net."))
        if self.denoise is not None:
            self.denoise.load_state_dict(_part(checkpoints[0], "denoise_net."))

    def forward(self, x: Tensor) -> Tensor:
        """Return the picture."""
        stages, _ = self.enhance(x)
        picture: Tensor = stages[-1]
        return picture if self.denoise is None else self.denoise(picture)[0]


class URetinex(Joined):
    """URetinex-Net: rounds of decomposition, and an illumination raised by a ratio."""

    ROUNDS = 3
    WEIGHT_R, WEIGHT_L, STEP = 0.1, 0.5, 0.05  # as its checkpoint's options say

    def __init__(self, ratio: float) -> None:
        super().__init__()
        options = SimpleNamespace(concat_L=True, norm_layer="batch")
        self.decompose: nn.Module = import_module("network.decom").Decom()
        self.restore: nn.Module = import_module("network.restoration").HalfDnCNNSE(options)
        self.smooth: nn.Module = import_module("network.illumination_enhance").Illumination_Alone(
            options
        )
        self.adjust: nn.Module = import_module("network.illumination_adjustment").Adjust_naive(
            options
        )
        self.ratio = ratio

    def load(self, checkpoints: Sequence[State]) -> None:
        """Read the checkpoints of decomposition, unfolding and adjustment."""
        first, rounds, last = (checkpoint["state_dict"] for checkpoint in checkpoints)
        self.decompose.load_state_dict(first["model_R"])
        self.restore.load_state_dict(rounds["model_R"])
        self.smooth.load_state_dict(rounds["model_L"])
        self.adjust.load_state_dict(last["model_A"])

    def forward(self, x: Tensor) -> Tensor:
        """Return the picture."""
        p, q = self.decompose(x)
        r, light = self.restore(r=p, l=q), self.smooth(l=q)
        for number in range(1, self.ROUNDS):
            weight = self.WEIGHT_R + self.STEP * number
            p = (x * q + weight * r) / (weight + q * q)
            weight = self.WEIGHT_L + self.STEP * number
            q = ((x * p).sum(1, keepdim=True) + weight * light) / (
                (p * p).sum(1, keepdim=True) + weight
            )
            r, light = self.restore(r=p, l=q), self.smooth(l=q)
        picture: Tensor = r * self.adjust(l=light, alpha=torch.full_like(light, self.ratio))
        return picture


def _part(state: State, prefix: str) -> dict[str, Any]:
    """Return the entries of one network among several, without its prefix."""
    return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
