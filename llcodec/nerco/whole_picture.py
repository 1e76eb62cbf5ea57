"""Global information for networks that process a picture window by window.

InstanceNorm computes statistics of its input, so that the output for a window differs from that for
the complete picture. The compact networks do not use it. Their global information, statistics and a
learned code, comes from an overview of the picture, which is the same for every window.

They work on log-odds, u = ½·ln(p / (1 − p)) = atanh(2p − 1): there, a gain is an addition in dark
areas and saturates at white.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from llcodec.nerco.constants import CODE, CODE_WIDTH, LEAST_DEVIATION, MARGIN
from llcodec.nets.blocks import ResidualBlock, conv3x3, leaky_relu


def log_odds(x: Tensor) -> Tensor:
    """Return the log-odds of pictures in [−1, 1] (clamped): finite, within ±3.47.

    They are always float32: in half precision, black rounds to −1, whose log-odds are infinite.
    """
    return torch.atanh(x.float().clamp(-1, 1) * (1 - 2 * MARGIN))


def from_log_odds(u: Tensor) -> Tensor:
    """Return the pictures in ±1.002 with these log-odds: tanh, as in the paper; float32."""
    return torch.tanh(u.float()) / (1 - 2 * MARGIN)


@dataclass(frozen=True)
class Statistics:
    """Mean and deviation, B×3×1×1, of the log-odds of a complete picture."""

    mean: Tensor
    deviation: Tensor

    def whitened(self, x: Tensor) -> Tensor:
        """Return log-odds of pictures B×3×H×W in [−1, 1], without exposure, cast and contrast.

        This is InstanceNorm of the input, with the statistics of the complete picture.
        """
        return (log_odds(x) - self.mean) / self.deviation


def statistics(overview: Tensor) -> Statistics:
    """Return the statistics of complete pictures from their overviews B×3×h×w in [−1, 1]."""
    u = log_odds(overview)
    variance, mean = torch.var_mean(u, (-2, -1), correction=0, keepdim=True)
    return Statistics(mean, (variance + LEAST_DEVIATION**2).sqrt())


class OverviewCode(nn.Module):
    """A learned description of complete pictures: log-odds of overviews B×P×h×w → B×64."""

    def __init__(self, planes: int, width: int = CODE_WIDTH) -> None:
        super().__init__()
        channels = (planes, width // 2, width, width, 2 * width)
        self.features = nn.Sequential(
            *(
                layer
                for a, b in pairwise(channels)
                for layer in (conv3x3(a, b, stride=2), leaky_relu())
            )
        )
        self.head = nn.Sequential(nn.Linear(4 * width + 2 * planes, CODE), leaky_relu())

    def forward(self, u: Tensor) -> Tensor:
        """Return the code, computed from learned features and the statistics of ``u``."""
        features = self.features(u)
        pooled = (features.mean((-2, -1)), features.amax((-2, -1)))
        deviation, mean = torch.std_mean(u, (-2, -1))
        code: Tensor = self.head(torch.cat((*pooled, mean, deviation), 1))
        return code


class CodedBlock(nn.Module):
    """A residual block whose inner features are scaled and shifted by the code of the picture.

    Features B×C×H×W and codes B×64 → B×C×H×W. At first, the code has no influence.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = ResidualBlock(channels)
        self.scale_and_shift = nn.Linear(CODE, 2 * channels)
        nn.init.zeros_(self.scale_and_shift.weight)
        nn.init.zeros_(self.scale_and_shift.bias)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Return x + conv2(act(conv1(x)·(1 + scale) + shift))."""
        scale, shift = self.scale_and_shift(code)[..., None, None].chunk(2, 1)
        inner = self.block.act(self.block.conv1(x) * (1 + scale) + shift)
        out: Tensor = x + self.block.conv2(inner)
        return out
