"""The transforms that a family of networks (``fast`` or ``cheng``) builds for the joint model."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Transforms:
    """The networks of one preset, under the names of Joint-IC-LL.

    ``g_a0`` maps planes to features at 1/4; ``g_a1`` maps those to (features, latents) at 1/16;
    the SNR branches condition ``f_a0`` and ``f_a1``; ``g_s`` maps latents to a picture.
    """

    g_a0: nn.Module
    g_a1: nn.Module
    g_s: nn.Module
    snr_branch0: nn.Module
    snr_branch1: nn.Module
    f_a0: nn.Module
    f_a1: nn.Module
    h_a: nn.Sequential
    h_s: nn.Sequential
