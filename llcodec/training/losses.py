"""Rate–distortion loss of a batch in which every picture has its own quality."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.nets.joint import JointOutput
from llcodec.training.recipe import Distortion

_MIDDLE_LAMBDA = 0.0064
_FLAT = 2 / 255  # gradient, per pixel, at which the weight of flat areas has fallen to 1/e
_AROUND = 9  # pixels; the side of the window in which gradients are averaged


@dataclass(frozen=True)
class Loss:
    """The loss to minimise and its parts, means over the batch: bpp, 255²·distortion, MSE."""

    total: Tensor
    bpp: Tensor
    distortion: Tensor
    mse: Tensor


def lambda_of_quality(quality: Tensor, lambdas: tuple[float, ...]) -> Tensor:
    """Return λ at real qualities B in [1, 8], interpolated exponentially."""
    logs = torch.tensor([math.log(v) for v in lambdas])
    low = (quality - 1).floor().clamp(0, len(lambdas) - 2).long()
    share = quality - 1 - low
    return (logs[low] * (1 - share) + logs[low + 1] * share).exp()


def match_global_tone(high: Tensor, high_thumbnail: Tensor, toned: Tensor, share: float) -> Tensor:
    """Return targets whose global tone is moved by ``share`` towards the output of the tone curve.

    The codec cannot know the intended brightness of a dark scene. This error belongs to the tone
    network; it is larger than all others, and its gradients would dominate. So each target gets the
    gain and offset per channel that map its thumbnail best onto the toned thumbnail of its dark
    version. Values outside [0, 1] are clipped, as in every picture that is displayed.
    """
    mean = high_thumbnail.mean((-2, -1), keepdim=True)
    wanted = toned.mean((-2, -1), keepdim=True)
    spread = high_thumbnail - mean
    slope = (spread * (toned - wanted)).mean((-2, -1), keepdim=True)
    gain = (slope / (spread.square().mean((-2, -1), keepdim=True) + 1e-4)).clamp(0.5, 2.0)
    return (high + share * ((high - mean) * gain + wanted - high)).clamp(0, 1)


def rate_distortion(
    out: JointOutput,
    target: Tensor,
    lam: Tensor,
    weights: Distortion,
    equalise: bool = True,
    distances: Tensor | None = None,
) -> Loss:
    """Return the mean of bpp + λ·255²·D, where D is the distortion with these ``weights``.

    ``distances`` are the perceptual distances of all pictures, B values; without them, the weight
    of ``perceptual`` does not count. ``equalise`` divides each term by √(λ/λ̄), so that the highest
    quality does not dominate.

    Raises:
        ValueError: when there is not one distance for each picture.
    """
    pixels = target.shape[-2] * target.shape[-1]
    picture = out.x_hat.float()
    error = picture - target
    mse = error.square().mean((1, 2, 3))
    distortion = weights.mse * mse
    if weights.l1:
        distortion = distortion + weights.l1 * error.abs().mean((1, 2, 3))
    if weights.ssim:
        distortion = distortion + weights.ssim * (1 - _ssim(picture, target))
    if weights.flat:
        distortion = distortion + weights.flat * flat_error(picture, target)
    if distances is not None:
        if distances.shape != lam.shape:
            raise ValueError(f"distances of {len(lam)} pictures, not {tuple(distances.shape)}")
        distortion = distortion + weights.perceptual * distances
    bpp = (out.latent_bits + out.hyper_bits) / pixels
    loss = weighted_cost(bpp, distortion, lam, equalise)
    return Loss(loss.mean(), bpp.mean(), (255**2 * distortion).mean(), mse.mean())


def weighted_cost(bpp: Tensor, distortion: Tensor, lam: Tensor, equalise: bool) -> Tensor:
    """Return bpp + λ·255²·D of each picture, divided by √(λ/λ̄) if ``equalise``; all are B."""
    cost = bpp + lam * (255**2 * distortion)
    return cost * (lam / _MIDDLE_LAMBDA).rsqrt() if equalise else cost


def flat_error(picture: Tensor, target: Tensor) -> Tensor:
    """Return the mean error of the gradients of each picture where its target is flat.

    Both are B×3×H×W, with H and W at least 2. The weight of a position depends on the mean gradient
    in a window around it, and falls to 1/e at two 8-bit levels per pixel.
    """
    errors = []
    for axis in (-2, -1):
        slope = target.diff(dim=axis)
        around = slope.abs().mean(1, keepdim=True)
        around = F.avg_pool2d(around, _AROUND, 1, _AROUND // 2, count_include_pad=False)
        weight = (-(around / _FLAT).square()).exp()
        errors.append((weight * (picture.diff(dim=axis) - slope).abs()).mean((1, 2, 3)))
    return torch.stack(errors).sum(0)


def _ssim(picture: Tensor, target: Tensor) -> Tensor:
    """Return the SSIM of each picture of a batch, with the implementation that reports use."""
    from pytorch_msssim import ssim

    value: Tensor = ssim(picture, target, data_range=1.0, size_average=False)
    return value
