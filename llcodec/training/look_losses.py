"""The losses of a look: an anchor to its target, edges, colour, previews, LPIPS, a discriminator.

Adversarial terms are those of LSGAN, as in NeRCo. The discriminator is conditional: it sees the
picture that the codec decodes without the look beside the one that it scores.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._bitstream import STRIDE
from llcodec.nerco.losses import fake_loss, real_loss
from llcodec.training.look_discriminator import LookDiscriminator
from llcodec.training.look_recipe import GRID_LATENTS, LookLossWeights

_CELL = 8  # side, in pixels, of the squares whose colours are compared


@dataclass(frozen=True)
class LookLosses:
    """The terms of the loss before weighting, as scalars; omitted terms are zero."""

    l1: Tensor
    ms_ssim: Tensor  # 1 − MS-SSIM
    edges: Tensor
    colour: Tensor
    preview: Tensor
    adversarial: Tensor
    perceptual: Tensor  # LPIPS
    grid: Tensor


def look_losses(
    picture: Tensor,
    target: Tensor,
    base: Tensor,
    discriminator: LookDiscriminator | None,
    weights: LookLossWeights,
    previews: tuple[Tensor, Tensor] | None = None,
    distance: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> LookLosses:
    """Return all terms for pictures, targets and pictures without the look, B×3×H×W in [0, 1].

    Without a ``discriminator`` there is no adversarial term, without a perceptual ``distance`` no
    perceptual one; ``ms_ssim`` and ``grid`` are zero if their weights are.
    ``previews``, B×3×H/16×W/16, are those with the look and without it; None if the codec has none.
    """
    zero = target.new_zeros(())
    return LookLosses(
        l1=F.l1_loss(picture, target),
        ms_ssim=_ms_ssim_error(picture, target) if weights.ms_ssim else zero,
        edges=edge_loss(picture, target),
        colour=F.l1_loss(F.avg_pool2d(picture, _CELL), F.avg_pool2d(target, _CELL)),
        preview=zero if previews is None else preview_loss(picture - base, *previews),
        adversarial=zero
        if discriminator is None
        else real_loss(discriminator(beside(picture, base))),
        perceptual=zero if distance is None else distance(picture, target).mean(),
        grid=grid_loss(picture - target) if weights.grid else zero,
    )


def edge_loss(picture: Tensor, target: Tensor) -> Tensor:
    """Return the mean error of the differences between neighbours, of columns and of rows."""
    errors = [F.l1_loss(picture.diff(dim=axis), target.diff(dim=axis)) for axis in (-2, -1)]
    return torch.stack(errors).mean()


def grid_loss(error: Tensor) -> Tensor:
    """Return how much of an error, B×3×H×W, repeats from latent to latent.

    The synthesis ends in shuffles, whose 16×16 places have weights of their own, so that texture
    without information repeats every 16 pixels. Average the error of each place over 8×8 latents,
    subtract the mean of all places, and return the mean absolute value. Sides must be multiples of
    128 pixels.
    """
    places = F.avg_pool2d(F.pixel_unshuffle(error, STRIDE), GRID_LATENTS)
    per_colour = places.view(-1, 3, STRIDE**2, *places.shape[-2:])
    deviation: Tensor = (per_colour - per_colour.mean(2, keepdim=True)).abs().mean()
    return deviation


def preview_loss(change: Tensor, preview: Tensor, base_preview: Tensor) -> Tensor:
    """Return the mean error of what a look changes in previews, against its change of pictures.

    Previews come from the linear path alone, so that the remainder must not move means of 16×16
    pixels by itself.
    """
    return F.l1_loss(preview - base_preview, F.avg_pool2d(change, STRIDE))


def total_loss(losses: LookLosses, weights: LookLossWeights) -> Tensor:
    """Return the weighted sum of all terms."""
    terms = [getattr(weights, f.name) * getattr(losses, f.name) for f in fields(losses)]
    return torch.stack(terms).sum()


def discriminator_loss(
    discriminator: LookDiscriminator, picture: Tensor, target: Tensor, base: Tensor
) -> Tensor:
    """Return the loss of the discriminator for pictures of a look and their targets."""
    scores = discriminator(torch.cat((beside(target, base), beside(picture, base))))
    real, made = scores.chunk(2)
    return 0.5 * (real_loss(real) + fake_loss(made))


def beside(picture: Tensor, base: Tensor) -> Tensor:
    """Return the input of the discriminator: pictures and their conditions, in [−1, 1]."""
    return 2 * torch.cat((picture, base), 1) - 1


def _ms_ssim_error(picture: Tensor, target: Tensor) -> Tensor:
    """Return 1 − MS-SSIM, mean over pictures and channels.

    A channel without any likeness at one scale has an MS-SSIM of 0, whose gradient is not finite:
    it counts, but has no gradient.
    """
    planes, targets = (p.flatten(0, 1)[:, None] for p in (picture, target))
    values = _ms_ssim(planes, targets)
    alike = values.detach() > 0
    if not bool(alike.all()):
        values = _ms_ssim(planes[alike], targets[alike])
    return 1 - values.sum() / len(planes)


def _ms_ssim(planes: Tensor, targets: Tensor) -> Tensor:
    """Return the MS-SSIM of each of N×1×H×W planes, with the implementation that reports use."""
    if not len(planes):
        return planes.new_zeros(0)
    from pytorch_msssim import ms_ssim

    values: Tensor = ms_ssim(planes, targets, data_range=1.0, size_average=False)
    return values
