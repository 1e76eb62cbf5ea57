"""The presets of NeRCo: as published, and for ordinary CPUs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class NercoPreset:
    """The shape of the networks; widths are channels, blocks are residual blocks.

    ``paper``: widths are those at full size; generators and the feature extractor double them twice
    on the way to a quarter of the size, and normalise by the statistics of their input
    (InstanceNorm). ``compact``: widths are those at a quarter of the size; generators have half of
    them at half the size. All are local; the overview is their only input of the complete picture.

    ``frequencies`` is L of the positional encoding (Eq. 3). ``features`` are the channels of E
    (Eq. 1), in ``paper`` the width of the extractor; ``neighbourhood`` is the side of the square of
    pixels whose features are the input of the MLP. The input of discriminators is averaged down by
    ``discriminator_reduction``.
    """

    name: str
    family: Literal["paper", "compact"]
    extractor_width: int
    extractor_blocks: int
    features: int
    neighbourhood: int
    mlp_width: int
    mask_width: int
    mask_blocks: int
    enhancer_width: int
    enhancer_blocks: int
    degrader_width: int
    degrader_blocks: int
    discriminator_width: int
    discriminator_reduction: int = 1
    frequencies: int = 8

    @property
    def halo(self) -> int:
        """The reach of the receptive field, in pixels, a multiple of 4 (``compact``).

        Each block has two kernels at a quarter of the size. 11, 23 and 16 are the pixels of all
        other layers of NRN, ME (both are inputs of G_H) and G_H.
        """
        before = max(11 + 8 * self.extractor_blocks, 23 + 8 * self.mask_blocks)
        reach = before + 16 + 8 * self.enhancer_blocks
        return reach + -reach % 4


def preset_of(fields: Mapping[str, Any]) -> NercoPreset:
    """Return the preset with fields that were stored as JSON."""
    return NercoPreset(**fields)


PAPER = NercoPreset(
    name="nerco-paper",
    family="paper",
    extractor_width=64,
    extractor_blocks=9,
    features=64,
    neighbourhood=3,
    mlp_width=256,
    mask_width=64,
    mask_blocks=3,
    enhancer_width=64,
    enhancer_blocks=9,
    degrader_width=64,
    degrader_blocks=9,
    discriminator_width=64,
)

COMPACT = NercoPreset(
    name="nerco-compact",
    family="compact",
    extractor_width=32,
    extractor_blocks=2,
    features=8,
    neighbourhood=1,
    mlp_width=16,
    mask_width=32,
    mask_blocks=1,
    enhancer_width=64,
    enhancer_blocks=3,
    degrader_width=64,
    degrader_blocks=1,
    discriminator_width=16,
    # At full size, noise would resemble texture.
    discriminator_reduction=2,
)

PRESETS = {preset.name: preset for preset in (PAPER, COMPACT)}
