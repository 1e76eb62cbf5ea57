"""Quick validation during training: estimated rate, PSNR of complete pictures."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor

from llcodec._arrays import Pixels
from llcodec.data.fusing import fuse
from llcodec.data.pairs import Pair
from llcodec.engine.tensors import to_tensor
from llcodec.metrics import gt_mean_psnr, psnr, ssim
from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.density import round_ste
from llcodec.nets.joint import JointModel
from llcodec.nets.local_tone import places_within
from llcodec.nets.tone import thumbnail

_MULTIPLE = 64


@dataclass(frozen=True)
class Score:
    """The means over the pictures at one quality."""

    quality: float
    bpp: float
    psnr: float


@torch.no_grad()
def validate(
    model: JointModel,
    pictures: Sequence[tuple[Tensor, Tensor]],
    qualities: Sequence[float],
    enhance: bool,
) -> list[Score]:
    """Return a score for each quality; pictures are pairs (low, high) of 3×H×W in [0, 1]."""
    scores = []
    for quality in qualities:
        rows = [_one(model, low[None], high[None], quality, enhance) for low, high in pictures]
        bpp, psnr = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        scores.append(Score(quality, bpp, psnr))
    return scores


@torch.no_grad()
def decoded(model: JointModel, low: Tensor, quality: float, enhance: bool) -> tuple[Tensor, float]:
    """Return the decoded picture of B×3×H×W at one quality, on the 8-bit grid, and its bits."""
    latents, bits = coded(model, low, quality, enhance)
    return shown(model, latents, low), bits


@torch.no_grad()
def coded(model: JointModel, low: Tensor, quality: float, enhance: bool) -> tuple[Tensor, float]:
    """Return what the decoder synthesises of B×3×H×W at one quality, and its bits.

    These are latents without gain; their sides are multiples of 4.
    """
    height, width = low.shape[-2:]
    low = low.to(model.coded_scale.device)
    curve = model.predict_tone(thumbnail(low)) if enhance else None
    asked = torch.full((len(low),), quality, device=low.device)
    # With noise instead of rounding, latents that are almost always zero would seem to cost bits.
    padded = pad_to_multiple(low, _MULTIPLE)
    places = places_within((height, width), (padded.shape[-2], padded.shape[-1])).to(low.device)
    latents, *bits = model.code(padded, curve, asked, enhance, round_ste, places)
    return latents, float(torch.stack(bits).sum())


@torch.no_grad()
def shown(model: JointModel, latents: Tensor, low: Tensor) -> Tensor:
    """Return the picture of latents, on the 8-bit grid, in the size of what was coded."""
    height, width = low.shape[-2:]
    picture = model.synthesise(latents)[..., :height, :width]
    return (picture.clamp(0, 1) * 255).round() / 255


def validation_pictures(
    pairs: Sequence[Pair], *, fused: float, plain: bool
) -> list[tuple[Tensor, Tensor]]:
    """Return pairs (low, high) as 3×H×W tensors.

    ``fused`` as for training pairs; ``plain``: what is coded is the bright half itself.
    """
    pictures = []
    for pair in pairs:
        high = fuse(pair.low, pair.high, fused) if fused else pair.high
        pictures.append((to_tensor(high if plain else pair.low)[0], to_tensor(high)[0]))
    return pictures


def enhanced(enhance: Callable[[Tensor], Tensor], low: Pixels, device: torch.device) -> Pixels:
    """Return the 8-bit output of an enhancer, a function of B×3×H×W in [0, 1], for H×W×3 pixels."""
    picture = enhance(to_tensor(low).to(device))[0].permute(1, 2, 0)
    pixels: Pixels = (picture * 255).round().to(torch.uint8).cpu().numpy()
    return pixels


def score_enhancer(
    enhance: Callable[[Tensor], Tensor], pairs: Sequence[Pair], device: torch.device
) -> list[Mapping[str, float]]:
    """Return PSNR, SSIM and PSNR with the mean given, of complete 8-bit pictures, as a row.

    There is no row if there are no pairs.
    """
    if not pairs:
        return []
    made = [(enhanced(enhance, pair.low, device), pair.high) for pair in pairs]
    return [
        {
            "psnr": fmean(psnr(picture, high) for picture, high in made),
            "ssim": fmean(ssim(picture, high) for picture, high in made),
            "gt_mean": fmean(gt_mean_psnr(picture, high) for picture, high in made),
        }
    ]


def _one(
    model: JointModel, low: Tensor, high: Tensor, quality: float, enhance: bool
) -> tuple[float, float]:
    picture, bits = decoded(model, low, quality, enhance)
    mse = float((picture - high.to(picture.device)).square().mean())
    return bits / (low.shape[-2] * low.shape[-1]), -10 * math.log10(mse + 1e-10)
