"""Quick validation during training: rate by the model's own estimate, PSNR of whole pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.codec.joint import JointModel
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
        with torch.random.fork_rng([]):  # validating more or less often changes nothing else
            rows = [_one(model, low[None], high[None], quality, enhance) for low, high in pictures]
        bpp, psnr = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        scores.append(Score(quality, bpp, psnr))
    return scores


def _one(
    model: JointModel, low: Tensor, high: Tensor, quality: float, enhance: bool
) -> tuple[float, float]:
    height, width = low.shape[-2:]
    padded = F.pad(low, (0, -width % _MULTIPLE, 0, -height % _MULTIPLE), mode="replicate")
    curve = model.tone(thumbnail(low)) if enhance and model.tone is not None else None
    out = model(padded, curve, torch.tensor([quality]), enhance)
    picture = (out.x_hat[..., :height, :width].clamp(0, 1) * 255).round() / 255
    mse = float((picture - high).square().mean())
    bits = float((out.latent_bits + out.hyper_bits)[0])
    return bits / (height * width), -10 * math.log10(mse + 1e-10)
