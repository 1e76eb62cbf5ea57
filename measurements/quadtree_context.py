"""A context in four steps: in each, every quarter of the channels is coded at another position.

The positions of a 2×2 square change places, so that each step sees neighbours in space and in
channels that are decoded already (quadtree partition; Li et al., DCVC-DC, CVPR 2023, Section 3.3).
One convolution serves all steps, with what is known as a further input.
"""

import torch
from torch import Tensor, nn

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.nets.blocks import conv3x3
from llcodec.nets.density import round_ste
from llcodec.nets.hyperprior import entropy_parameters, estimate
from llcodec.nets.presets import Preset

STEPS = 4
"""As many as there are positions in a square, and quarters of the channels."""


def coded_in(step: int, channels: int, height: int, width: int) -> Tensor:
    """Return where a step codes: C×H×W, with ``channels`` a multiple of 4.

    Opposite corners of a square follow each other.
    """
    rows, columns = torch.arange(height)[:, None] % 2, torch.arange(width)[None, :] % 2
    place = torch.where(rows == columns, rows, 3 - columns)  # 0 2 / 3 1
    quarter = torch.arange(channels) // (channels // STEPS)
    return (place[None] + quarter[:, None, None]) % STEPS == step


class QuadtreeContext(nn.Module):
    """Takes the place of :class:`llcodec.nets.grouped_context.GroupedContext`.

    ``features``, F, come from the convolution, and ``hidden`` channels are in both hidden layers of
    each step. ``quality_bias``, 8×F, and ``step_bias``, 4×F, are added to the context features.
    """

    def __init__(self, preset: Preset, features: int = 80, hidden: int = 192) -> None:
        super().__init__()
        latents = preset.latents
        self.context = conv3x3(latents + STEPS, features)
        self.quality_bias = nn.Parameter(torch.zeros(QUALITY_LEVELS, features))
        self.step_bias = nn.Parameter(torch.zeros(STEPS, features))
        inputs = preset.hyper_features + features
        self.entropy_parameters = nn.ModuleList(
            entropy_parameters(inputs, (hidden, hidden), latents) for _ in range(STEPS)
        )

    @property
    def channel_groups(self) -> list["QuadtreeContext"]:
        """What has biases of qualities: this is the only group."""
        return [self]

    def forward(
        self, y: Tensor, hyper: Tensor, scale: Tensor, biases: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return scale indices and means like ``GroupedContext``, with the same arguments."""
        (bias,) = biases
        channels, height, width = y.shape[1:]
        index, mean, known = (torch.zeros_like(y) for _ in range(3))
        decoded = y.new_zeros(channels, height, width)
        for step, parameters in enumerate(self.entropy_parameters):
            assert isinstance(parameters, nn.Sequential)
            where = decoded[:: channels // STEPS].expand(len(y), -1, -1, -1)
            seen = self.context(torch.cat((known, where), 1))
            seen = seen + bias + self.step_bias[step][:, None, None]
            step_index, step_mean = estimate(parameters, torch.cat((hyper, seen), 1))
            now = coded_in(step, channels, height, width).to(y.device)
            index = torch.where(now, step_index, index)
            mean = torch.where(now, step_mean * scale, mean)
            known = torch.where(now, (round_ste(y - mean) + mean) / scale, known)
            decoded = decoded + now
        return index, mean
