"""The entropy model of version 2: groups of channels, one after another, each on a checkerboard.

Latents are coded group by group. Within a group, one colour of the board comes first and the other
sees it (He et al., CVPR 2021); every group sees all groups before it (Minnen and Singh, ICIP 2020;
uneven groups as in ELIC, He et al., CVPR 2022). Channels start as the Karhunen–Loève transform,
so the first group holds most of the energy.

What the networks see of latents, and the means that they predict, are divided by the typical
magnitude of each channel at the quality at hand. One set of weights then serves all rates, and a
jitter of the weights is the same share of a step at every one of them. A bias for each quality
tells the networks how much of a latent is left after rounding.
"""

import torch
from torch import Tensor, nn

from llcodec._bitstream import QUALITY_LEVELS
from llcodec.nets.blocks import conv3x3
from llcodec.nets.density import round_ste
from llcodec.nets.hyperprior import ContextModel, anchor_mask, entropy_parameters, estimate
from llcodec.nets.presets import Preset


class ChannelGroup(nn.Module):
    """The networks of one group of channels.

    ``context`` sees the first colour of the group itself, ``channel_context`` all earlier groups
    (None for the first group); ``quality_bias``, 8×F, is added to the features of the first.
    """

    def __init__(
        self, channels: int, earlier: int, features: int, hyper_features: int, hidden: int
    ) -> None:
        super().__init__()
        self.context = ContextModel(channels, features, "checkerboard")
        self.channel_context = conv3x3(earlier, features) if earlier else None
        self.quality_bias = nn.Parameter(torch.zeros(QUALITY_LEVELS, features))
        inputs = hyper_features + features * (2 if earlier else 1)
        self.entropy_parameters = entropy_parameters(inputs, (hidden, hidden), channels)

    def estimate(
        self, features: Tensor, known: Tensor | None, bias: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return scale indices and means, B×C×h×w each, both relative to the channels' magnitude.

        Args:
            features: hyper features, and context features of earlier groups, B×P×h×w.
            known: normalised latents of the first colour, zero elsewhere; None while there are
                none.
            bias: B×F×1×1, the bias of the quality.
        """
        seen = self.context.without_neighbours(features) if known is None else self.context(known)
        return estimate(self.entropy_parameters, torch.cat((features, seen + bias), 1))


class GroupedContext(nn.Module):
    """Predicts the distribution of every latent, B×M×h×w, given those coded before it."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self.sizes = preset.groups
        earlier = [sum(self.sizes[:number]) for number in range(len(self.sizes))]
        self.groups = nn.ModuleList(
            ChannelGroup(channels, before, features, preset.hyper_features, hidden)
            for channels, before, features, hidden in zip(
                self.sizes, earlier, preset.group_features, preset.group_hidden, strict=True
            )
        )

    @property
    def channel_groups(self) -> list[ChannelGroup]:
        """The groups in coding order."""
        return [group for group in self.groups if isinstance(group, ChannelGroup)]

    def forward(
        self, y: Tensor, hyper: Tensor, scale: Tensor, biases: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return scale indices relative to the start of each channel, and means in steps.

        Args:
            y: gained latents, B×M×h×w.
            hyper: hyper features, B×P×h×w.
            scale: typical magnitude of each channel at each quality, B×M×1×1.
            biases: the quality bias of each group, B×F×1×1.
        """
        anchors = anchor_mask(y.shape[-2], y.shape[-1], y.device)
        indices: list[Tensor] = []
        means: list[Tensor] = []
        coded: list[Tensor] = []  # normalised latents of the groups that are coded
        latents_of, scale_of = (torch.split(v, list(self.sizes), 1) for v in (y, scale))
        for group, latents, magnitude, bias in zip(
            self.channel_groups, latents_of, scale_of, biases, strict=True
        ):
            features = hyper
            if group.channel_context is not None:
                features = torch.cat((hyper, group.channel_context(torch.cat(coded, 1))), 1)
            index, mean = _two_passes(group, latents, magnitude, features, anchors, bias)
            indices.append(index)
            means.append(mean)
            coded.append((round_ste(latents - mean) + mean) / magnitude)
        return torch.cat(indices, 1), torch.cat(means, 1)


def _two_passes(
    group: ChannelGroup,
    latents: Tensor,
    magnitude: Tensor,
    features: Tensor,
    anchors: Tensor,
    bias: Tensor,
) -> tuple[Tensor, Tensor]:
    """Return scale indices and means in steps of one group, first colour before second."""
    index_a, mean_a = group.estimate(features, None, bias)
    mean_a = mean_a * magnitude
    known = (round_ste(latents - mean_a) + mean_a) * anchors / magnitude
    index_b, mean_b = group.estimate(features, known, bias)
    first = anchors.bool()
    return torch.where(first, index_a, index_b), torch.where(first, mean_a, mean_b * magnitude)
