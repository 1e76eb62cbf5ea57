"""The dual loop: enhance–degrade and degrade–enhance, and all pictures made on the way."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec.nerco.mask_extractor import Mask
from llcodec.nerco.model import NercoModel
from llcodec.nerco.views import View

Camera = Callable[[Tensor], Tensor]
"""What a camera writes of dark pictures B×3×H×W in [−1, 1]: the same with its noise."""


@dataclass(frozen=True)
class Cooperation:
    """What the cooperative loss compares (Fig. 5); all B×3×H×W."""

    lightness: Tensor  # I_M = ME(I_L)
    pseudo_high: Tensor  # Ī_H = I_L + I_M
    pseudo_low: Tensor  # Ī_L = I_H − I_M
    pseudo_low_enhanced: Tensor  # G_H(Ī_L)
    dark_lightness: Tensor  # Ĩ_M = ME(Ĩ_L)


@dataclass(frozen=True)
class Identity:
    """What the generators make of pictures that are already as they shall be; B×3×H×W."""

    low: Tensor  # G_L(I_L)
    high: Tensor  # G_H(I_H)


@dataclass(frozen=True)
class DualLoop:
    """Pictures B×3×H×W in [−1, 1]; the two that come in are of different scenes."""

    low: Tensor  # I_L
    high: Tensor  # I_H
    normalised: Tensor | None  # I_NR, None without NRN
    bright: Tensor  # Ĩ_H = G_H(ME(I_L) ⊗ NRN(I_L))
    low_again: Tensor  # G_L(Ĩ_H), Eq. 8
    dark: Tensor  # Ĩ_L = G_L(ME(I_L) ⊗ I_H), with the camera's noise where there is one
    high_again: Tensor  # G_H(Ĩ_L), Eq. 9
    cooperation: Cooperation | None
    identity: Identity | None
    camera: bool = False  # whether dark pictures are taken to have a camera's noise


@dataclass(frozen=True)
class _Overviews:
    """The made pictures as overviews, B×3×h×w, without gradient."""

    bright: Tensor
    dark: Tensor
    pseudo_low: Tensor


def dual_loop(
    model: NercoModel,
    low: View,
    high: View,
    *,
    identity: bool = True,
    camera: Camera | None = None,
) -> DualLoop:
    """Return both loops for views of dark and bright pictures of one size.

    ``camera`` adds noise to the bright pictures that G_L darkens, so that the second loop can only
    close if G_H takes noise away; the paper has none.

    Made pictures have no whole of their own; the networks that are shown them see the whole that
    the same networks make of the overviews.
    """
    overviews = _overviews(model, low, high)
    mask = model.mask(low)
    normalised = model.normalise(low)
    bright = low.with_picture(model.brighten(low, normalised, mask), overviews.bright)
    darkened = model.darken(high, low.overview, mask)
    dark = high.with_picture(darkened if camera is None else camera(darkened), overviews.dark)
    return DualLoop(
        low=low.picture,
        high=high.picture,
        normalised=None if model.nrn is None else normalised,
        bright=bright.picture,
        low_again=model.darken(bright, low.overview),
        dark=dark.picture,
        high_again=model.brighten(dark, model.normalise(dark)),
        cooperation=_cooperation(model, low, high, dark, mask, overviews),
        identity=_identity(model, low, high) if identity else None,
        camera=camera is not None,
    )


@torch.no_grad()
def _overviews(model: NercoModel, low: View, high: View) -> _Overviews:
    if model.preset.family == "paper":  # it never looks at them
        return _Overviews(low.overview, low.overview, low.overview)
    low, high = low.of_overview(), high.of_overview()
    mask = model.mask(low)
    bright = model.brighten(low, model.normalise(low), mask)
    dark = model.darken(high, low.overview, mask)
    pseudo_low = dark if mask is None else high.picture - mask.lightness
    return _Overviews(bright, dark, pseudo_low)


def _cooperation(
    model: NercoModel, low: View, high: View, dark: View, mask: Mask | None, overviews: _Overviews
) -> Cooperation | None:
    of_dark = model.mask(dark)
    if mask is None or of_dark is None:
        return None
    pseudo = high.with_picture(high.picture - mask.lightness, overviews.pseudo_low)
    return Cooperation(
        lightness=mask.lightness,
        pseudo_high=low.picture + mask.lightness,
        pseudo_low=pseudo.picture,
        pseudo_low_enhanced=model.brighten(pseudo, pseudo.picture),
        dark_lightness=of_dark.lightness,
    )


def _identity(model: NercoModel, low: View, high: View) -> Identity:
    return Identity(
        low=model.darken(low, low.overview),
        high=model.brighten(high, high.picture),
    )
