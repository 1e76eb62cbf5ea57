"""The losses of NeRCo, with their names in the paper (Eqs. 2, 7 and 10–15).

Norms are means over pixels, and adversarial terms are those of LSGAN, as in the released
training; the paper writes sums and logarithms.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.nerco.discriminators import Discriminators
from llcodec.nerco.dual_loop import Cooperation, DualLoop
from llcodec.nerco.guidance import TextGuide, bright_text_loss, dark_text_loss
from llcodec.nerco.loss_weights import NercoLossWeights
from llcodec.nerco.views import to_unit

_LOGARITHM, _LEAST_ERROR = 0.15, 1e-4  # of the restoration loss
_NOISE_GONE = 4  # side, in pixels, of squares in which noise averages out

Distance = Callable[[Tensor, Tensor], Tensor]
"""A function of pictures and targets, B×3×H×W in [0, 1]: their perceptual distances, B values."""


@dataclass(frozen=True)
class GeneratorLosses:
    """The terms of Eq. 15 before weighting, as scalars; omitted terms are zero."""

    normalisation: Tensor  # L_NR, Eq. 2
    normalised_adversarial: Tensor
    adversarial: Tensor  # L_adv, the colour path, Eq. 7
    edges: Tensor  # L_adv, the edge path
    text: Tensor  # L_cos, Eqs. 5 and 6
    consistency: Tensor  # L_con, Eq. 10
    identity: Tensor
    cooperative: Tensor  # L_CL, Eq. 14
    inspected_edges: Tensor  # L_insp, the edge path, Eq. 13
    restoration: Tensor  # of bright pictures that a model of a camera darkened
    perceptual: Tensor  # of the same


def normalisation_loss(normalised: Tensor, low: Tensor) -> Tensor:
    """Return L_NR = ‖I_NR − I_L‖₁ (Eq. 2)."""
    return F.l1_loss(normalised, low)


def real_loss(scores: Tensor) -> Tensor:
    """Return the loss of a generator for scores: their squared distance from 1 (Eq. 7)."""
    return (scores - 1).square().mean()


def fake_loss(scores: Tensor) -> Tensor:
    """Return the loss of a discriminator for scores of generated pictures: their square (Eq. 7)."""
    return scores.square().mean()


def consistency_loss(loop: DualLoop) -> Tensor:
    """Return L_con = ‖G_L(G_H(I_L)) − I_L‖₁ + ‖G_H(G_L(I_H)) − I_H‖₁ (Eq. 10).

    If dark pictures have the noise of a camera, the first term compares averages of 4×4 pixels.
    Otherwise G_H would have to keep the noise so that it comes back.
    """
    low_again, low = loop.low_again, loop.low
    if loop.camera:
        low_again, low = F.avg_pool2d(low_again, _NOISE_GONE), F.avg_pool2d(low, _NOISE_GONE)
    return F.l1_loss(low_again, low) + F.l1_loss(loop.high_again, loop.high)


def restoration_loss(restored: Tensor, high: Tensor) -> Tensor:
    """Return L1 + 0.15·ln(MSE) of restored pictures in [−1, 1], for values in [0, 1].

    The mean of logarithms over pictures corresponds to the mean PSNR: without it, pictures whose
    brightness cannot be predicted dominate the gradient.
    """
    error = (restored - high) / 2
    squares = error.square().mean((1, 2, 3))
    return error.abs().mean() + _LOGARITHM * (squares + _LEAST_ERROR).log().mean()


def perceptual_loss(distance: Distance, restored: Tensor, high: Tensor) -> Tensor:
    """Return the mean distance of pictures B×3×H×W in [−1, 1], clamped, to their targets."""
    return distance(to_unit(restored.float()), to_unit(high)).mean()


def reconstruction_loss_1(loop: DualLoop, made: Cooperation) -> Tensor:
    """Return L_rec1 = ‖(Ĩ_H − I_L) − I_M‖₁ + ‖(I_L + I_M) − Ĩ_H‖₁ (Eq. 11).

    Both terms are equal, as in the paper.
    """
    pseudo_lightness = loop.bright - loop.low
    return F.l1_loss(pseudo_lightness, made.lightness) + F.l1_loss(made.pseudo_high, loop.bright)


def reconstruction_loss_2(loop: DualLoop, made: Cooperation) -> Tensor:
    """Return L_rec2 = ‖G_H(I_H − I_M) − I_H‖₁ + ‖I_H − Ĩ_L − ME(Ĩ_L)‖₁ (Eq. 12)."""
    return F.l1_loss(made.pseudo_low_enhanced, loop.high) + F.l1_loss(
        loop.high - made.dark_lightness, loop.dark
    )


def inspection_loss(made: Cooperation, discriminators: Discriminators) -> Tensor:
    """Return L_insp, low if I_L + I_M seems bright and I_H − I_M seems dark (Eq. 13)."""
    return real_loss(discriminators.d_h(made.pseudo_high)) + real_loss(
        discriminators.d_l(made.pseudo_low)
    )


def cooperative_loss(loop: DualLoop, made: Cooperation, discriminators: Discriminators) -> Tensor:
    """Return L_CL = L_rec1 + L_rec2 + L_insp (Eq. 14)."""
    reconstruction = reconstruction_loss_1(loop, made) + reconstruction_loss_2(loop, made)
    return reconstruction + inspection_loss(made, discriminators)


def edge_path_loss(bright: Tensor, dark: Tensor, discriminators: Discriminators) -> Tensor:
    """Return the loss of the generators on the edge path for generated bright and dark pictures."""
    scores = (discriminators.d_h.of_edges(bright), discriminators.d_l.of_edges(dark))
    return torch.stack([bright.new_zeros(()) if s is None else real_loss(s) for s in scores]).sum()


def generator_losses(
    loop: DualLoop,
    discriminators: Discriminators,
    guide: TextGuide | None,
    weights: NercoLossWeights,
    distance: Distance | None = None,
) -> GeneratorLosses:
    """Return all terms; those whose parts are switched off are zero.

    ``normalised_adversarial``, ``inspected_edges`` and ``perceptual`` are also zero if their weight
    is. A weight of the last needs restored pictures in the loop and a ``distance``.
    """
    zero = loop.low.new_zeros(())
    normalised, made, same = loop.normalised, loop.cooperation, loop.identity
    pre = normalised is not None and weights.normalised_adversarial > 0
    return GeneratorLosses(
        normalisation=zero if normalised is None else normalisation_loss(normalised, loop.low),
        normalised_adversarial=real_loss(discriminators.d_l(normalised)) if pre else zero,
        adversarial=real_loss(discriminators.d_h(loop.bright))
        + real_loss(discriminators.d_l(loop.dark)),
        edges=edge_path_loss(loop.bright, loop.dark, discriminators),
        text=zero
        if guide is None
        else bright_text_loss(guide, loop.bright) + dark_text_loss(guide, loop.dark),
        consistency=consistency_loss(loop),
        identity=zero
        if same is None
        else F.l1_loss(same.low, loop.low) + F.l1_loss(same.high, loop.high),
        cooperative=zero if made is None else cooperative_loss(loop, made, discriminators),
        inspected_edges=edge_path_loss(made.pseudo_high, made.pseudo_low, discriminators)
        if made is not None and weights.inspected_edges > 0
        else zero,
        restoration=zero if loop.restored is None else restoration_loss(loop.restored, loop.high),
        perceptual=_perceived(loop, distance) if weights.perceptual > 0 else zero,
    )


def _perceived(loop: DualLoop, distance: Distance | None) -> Tensor:
    assert loop.restored is not None, "a weight of perceptual without restored pictures"
    assert distance is not None, "a weight of perceptual without a distance"
    return perceptual_loss(distance, loop.restored, loop.high)


def total_loss(losses: GeneratorLosses, weights: NercoLossWeights) -> Tensor:
    """Return L, the weighted sum of all terms (Eq. 15)."""
    terms = [getattr(weights, f.name) * getattr(losses, f.name) for f in fields(losses)]
    return torch.stack(terms).sum()
