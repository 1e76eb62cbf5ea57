"""Quick validation during training: rate by the model's own estimate, PSNR of whole pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec.codec.joint import JointModel
from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.tone import thumbnail

_MULTIPLE = 64


@dataclass(frozen=True)
class Score:
    """Mean over the pictures at one quality."""

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
    """Return a score per quality for (low, high) pictures, 3×H×W in [0, 1] each."""
    scores = []
    for quality in qualities:
        with torch.random.fork_rng():  # validating more or less often changes nothing else
            rows = [_one(model, low[None], high[None], quality, enhance) for low, high in pictures]
        bpp, psnr = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        scores.append(Score(quality, bpp, psnr))
    return scores


@torch.no_grad()
def decoded(model: JointModel, low: Tensor, quality: float, enhance: bool) -> tuple[Tensor, float]:
    """Return the decoded picture of B×3×H×W at one quality, on the 8-bit grid, and its bits."""
    height, width = low.shape[-2:]
    low = low.to(model.coded_scale.device)
    curve = model.predict_tone(thumbnail(low)) if enhance else None
    asked = torch.full((len(low),), quality, device=low.device)
    out = model(pad_to_multiple(low, _MULTIPLE), curve, asked, enhance)
    picture = (out.x_hat[..., :height, :width].clamp(0, 1) * 255).round() / 255
    return picture, float((out.latent_bits + out.hyper_bits).sum())


def _one(
    model: JointModel, low: Tensor, high: Tensor, quality: float, enhance: bool
) -> tuple[float, float]:
    picture, bits = decoded(model, low, quality, enhance)
    mse = float((picture - high.to(picture.device)).square().mean())
    return bits / (low.shape[-2] * low.shape[-1]), -10 * math.log10(mse + 1e-10)
