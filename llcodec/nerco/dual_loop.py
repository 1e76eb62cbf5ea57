"""The dual loop: enhance–degrade and degrade–enhance, with all intermediate pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec.nerco.mask_extractor import Mask
from llcodec.nerco.model import NercoModel
from llcodec.nerco.views import View

Camera = Callable[[Tensor], Tensor]
"""A function that adds the noise of a camera to dark pictures B×3×H×W in [−1, 1]."""

Darkening = Callable[[View], View]
"""A function of views of bright pictures: what a camera would have taken in the dark."""


@dataclass(frozen=True)
class Cooperation:
    """The pictures that the cooperative loss compares (Fig. 5); all B×3×H×W."""

    lightness: Tensor  # I_M = ME(I_L)
    pseudo_high: Tensor  # Ī_H = I_L + I_M
    pseudo_low: Tensor  # Ī_L = I_H − I_M
    pseudo_low_enhanced: Tensor  # G_H(Ī_L)
    dark_lightness: Tensor  # Ĩ_M = ME(Ĩ_L)


@dataclass(frozen=True)
class Identity:
    """The outputs of the generators for pictures that should not change; B×3×H×W."""

    low: Tensor  # G_L(I_L)
    high: Tensor  # G_H(I_H)


@dataclass(frozen=True)
class DualLoop:
    """All pictures of the loop, B×3×H×W in [−1, 1]; the two inputs are of different scenes."""

    low: Tensor  # I_L
    high: Tensor  # I_H
    normalised: Tensor | None  # I_NR, None without NRN
    bright: Tensor  # Ĩ_H = G_H(ME(I_L) ⊗ NRN(I_L))
    low_again: Tensor  # G_L(Ĩ_H), Eq. 8
    dark: Tensor  # Ĩ_L = G_L(ME(I_L) ⊗ I_H), with noise if there is a camera
    high_again: Tensor  # G_H(Ĩ_L), Eq. 9
    cooperation: Cooperation | None
    identity: Identity | None
    camera: bool = False  # whether dark pictures are assumed to have the noise of a camera
    restored: Tensor | None = None  # the output for I_H after a Darkening, None without one


@dataclass(frozen=True)
class _Overviews:
    """The generated pictures as overviews, B×3×h×w, without gradient."""

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
    darkening: Darkening | None = None,
) -> DualLoop:
    """Return both loops for views of dark and bright pictures of equal size.

    ``camera`` adds noise to pictures that G_L darkened, so that the second loop can only close if
    G_H removes noise; ``darkening`` is a model of a camera whose dark pictures of I_H are restored
    as well. The paper has neither.

    Generated crops do not belong to a complete picture. Networks that take them as input use the
    overviews that the same networks generate from the overviews of the inputs.
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
        restored=None if darkening is None else model(darkening(high)),
    )


@torch.no_grad()
def _overviews(model: NercoModel, low: View, high: View) -> _Overviews:
    if model.preset.family == "paper":  # it does not use overviews
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
