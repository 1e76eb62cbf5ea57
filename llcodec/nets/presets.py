"""The presets of the joint model: as published, and for ordinary CPUs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from llcodec._causal_context import CodingOrder

SnrKind = Literal["published", "robust"]
"""The kinds of SNR maps; see :mod:`llcodec.nets.snr`."""


@dataclass(frozen=True)
class TransformerShape:
    """Layers, heads and widths of a transformer; the defaults are those of Joint-IC-LL."""

    layers: int = 3
    heads: int = 4
    head_width: int = 64
    ffn_width: int = 1536


@dataclass(frozen=True)
class Preset:
    """The shape of a joint model. The names of the fields are keys of weight files.

    Attributes:
        name: of the preset.
        family: ``fast`` or ``paper``.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the size. ``paper`` has one width for all;
            ``fast`` has no stage at 1/2 where that width is 0.
        latents: channels that are coded at 1/16.
        hyper_latents: channels that are coded at 1/64.
        hyper_hidden: channels inside the hyper transforms.
        hyper_features: channels that the hyper-synthesis returns.
        context_features: channels that the context model returns (without groups only).
        entropy_hidden: channels of the hidden layers of the entropy parameters (without groups
            only).
        blocks: residual blocks at each of the four sizes (``fast`` only).
        decoder_blocks: those of the synthesis transform, where they differ (``fast`` only).
        condition: channels of the SNR-aware branch.
        order: the coding order, ``checkerboard`` or ``serial``.
        snr: the kind of SNR map.
        snr_branch: whether there is an SNR-aware branch.
        scale_and_shift: whether feature adaptation scales, or shifts only.
        variable_rate: whether there are gain units.
        global_tone: whether there is a tone network.
        linear_path: whether there is a linear path.
        groups: channels of latents that are coded one group after another
            (:mod:`llcodec.nets.grouped_context`); without groups, all are coded at once.
        group_features: context features of each group.
        group_hidden: channels of the two hidden layers of each group's entropy parameters.
        tone_members: tone networks whose curves are averaged.
        local_tone: whether these predict local tone curves (:mod:`llcodec.nets.local_tone`).
    """

    name: str
    family: Literal["fast", "paper"]
    widths: tuple[int, int, int, int]
    latents: int
    hyper_latents: int
    hyper_hidden: int
    hyper_features: int
    context_features: int
    entropy_hidden: tuple[int, ...]
    blocks: tuple[int, int, int, int] = (1, 1, 1, 1)
    decoder_blocks: tuple[int, int, int, int] | None = None
    condition: int = 48
    order: CodingOrder = "checkerboard"
    snr: SnrKind = "robust"
    snr_branch: bool = True
    scale_and_shift: bool = True
    variable_rate: bool = True
    global_tone: bool = True
    linear_path: bool = True
    tone_members: int = 1
    local_tone: bool = False
    groups: tuple[int, ...] = ()
    group_features: tuple[int, ...] = ()
    group_hidden: tuple[int, ...] = ()

    def plain(self) -> "Preset":
        """Return the same codec without enhancement: no SNR-aware branch, no global tone."""
        if not (self.snr_branch or self.global_tone):
            return self
        name = _PLAIN_NAMES.get(self.name, f"{self.name}-plain")
        return replace(
            self,
            name=name,
            snr_branch=False,
            global_tone=False,
            tone_members=1,
            local_tone=False,
        )


def preset_of(fields: Mapping[str, Any]) -> Preset:
    """Return the preset of a weight file, where JSON has turned tuples into lists."""
    own: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
    return Preset(**own)


_PLAIN_NAMES = {"fast": "base", "fast-2": "base-2"}
FAST = Preset(
    name="fast",
    family="fast",
    widths=(24, 64, 112, 160),
    blocks=(0, 1, 2, 1),
    latents=208,
    hyper_latents=64,
    hyper_hidden=96,
    hyper_features=160,
    context_features=160,
    entropy_hidden=(224, 224),
    tone_members=4,
)
FAST_2 = replace(
    FAST,
    name="fast-2",
    widths=(0, 64, 128, 192),
    blocks=(0, 1, 3, 1),
    decoder_blocks=(0, 1, 2, 1),
    context_features=0,
    entropy_hidden=(),
    groups=(32, 176),
    group_features=(64, 96),
    group_hidden=(128, 224),
    local_tone=True,
)


def paper_preset(n: int = 128, order: CodingOrder = "checkerboard", scale: bool = True) -> Preset:
    """Return Joint-IC-LL as published, with N = ``n`` channels (128 or 192) throughout.

    ``scale=False`` is the shift-only feature adaptation of the authors' released network.
    """
    return Preset(
        name=f"paper-{n}" if order == "checkerboard" else f"paper-{n}-serial",
        family="paper",
        widths=(n, n, n, n),
        latents=n,
        hyper_latents=n,
        hyper_hidden=n,
        hyper_features=2 * n,
        context_features=2 * n,
        entropy_hidden=(n * 10 // 3, n * 8 // 3),
        order=order,
        snr="published",
        scale_and_shift=scale,
        variable_rate=False,
        global_tone=False,
        linear_path=False,
    )


DEFAULT_PRESET: Final = FAST_2.name
"""What is trained where no preset is named: the preset of the default model."""

_ORDERS: tuple[CodingOrder, ...] = ("checkerboard", "serial")
PRESETS = {
    preset.name: preset
    for preset in (
        FAST,
        FAST.plain(),
        FAST_2,
        FAST_2.plain(),
        *(paper_preset(n, order) for n in (128, 192) for order in _ORDERS),
    )
}
