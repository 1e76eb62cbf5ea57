"""The presets of the joint model: what is published, and what runs on ordinary processors."""

from dataclasses import dataclass
from typing import Literal

from llcodec.nets.hyperprior import Order
from llcodec.nets.snr import SnrKind


@dataclass(frozen=True)
class Preset:
    """The shape of a joint model.

    ``widths`` are the channels at 1/2, 1/4, 1/8 and 1/16 of the size (``paper`` has one width
    for all); ``latents`` and ``hyper_latents`` are the channels that are coded at 1/16 and 1/64.
    ``condition`` is the width of the SNR-aware branch. ``variable_rate`` adds gain units,
    ``global_tone`` the tone network and the linear path.
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
    condition: int = 48
    order: Order = "checkerboard"
    snr: SnrKind = "robust"
    scale_and_shift: bool = True
    variable_rate: bool = True
    global_tone: bool = True


FAST = Preset(
    name="fast",
    family="fast",
    widths=(32, 64, 96, 160),
    latents=160,
    hyper_latents=96,
    hyper_hidden=128,
    hyper_features=192,
    context_features=192,
    entropy_hidden=(256, 256),
)


def paper_preset(n: int = 128, order: Order = "checkerboard", scale: bool = True) -> Preset:
    """Return Joint-IC-LL as published, with N = ``n`` channels (128 or 192) throughout.

    ``scale=False`` leaves the shift-only feature adaptation of the authors' released network.
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
    )


_ORDERS: tuple[Order, ...] = ("checkerboard", "serial")
PRESETS = {
    preset.name: preset
    for preset in (
        FAST,
        *(paper_preset(n, order) for n in (128, 192) for order in _ORDERS),
    )
}
