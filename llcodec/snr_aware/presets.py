"""The presets of the SNR-aware enhancer: as published, and for ordinary CPUs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from llcodec.nets.presets import SnrKind, TransformerShape

MULTIPLE: Final = 16
"""What the sides of pictures are padded to: a patch of 4×4 at a quarter of the size."""

SLOPE: Final = 0.1
"""Of the leaky ReLUs."""


@dataclass(frozen=True)
class SnrAwarePreset:
    """The shape of an SNR-aware enhancer.

    ``widths`` are the channels at full size, 1/2 and 1/4. ``local_blocks`` are the residual blocks
    of the local path. The non-local path sees ``features`` channels in patches of 4×4; where that
    is not the width at 1/4, convolutions go there and back.
    """

    name: str
    widths: tuple[int, int, int]
    local_blocks: int
    features: int
    transformer: TransformerShape = field(default_factory=TransformerShape)
    snr: SnrKind = "published"


def preset_of(fields: Mapping[str, Any]) -> SnrAwarePreset:
    """Return the preset whose fields were kept as JSON."""
    own = dict(fields)
    own["widths"] = tuple(own["widths"])
    own["transformer"] = TransformerShape(**own["transformer"])
    return SnrAwarePreset(**own)


PAPER = SnrAwarePreset(
    name="snr-aware-paper",
    widths=(64, 64, 64),
    local_blocks=6,
    features=64,
    transformer=TransformerShape(layers=6, heads=8, head_width=64, ffn_width=2048),
)

COMPACT = SnrAwarePreset(
    name="snr-aware-compact",
    widths=(16, 24, 48),
    local_blocks=3,
    features=16,
    transformer=TransformerShape(layers=2, heads=4, head_width=32, ffn_width=512),
    snr="robust",
)

PRESETS = {preset.name: preset for preset in (PAPER, COMPACT)}
