"""Measure how well a text guide ranks pictures by their light."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Pixels
from llcodec.data.darkening import darken, random_darkening
from llcodec.data.pairs import Pair
from llcodec.engine.tensors import to_tensor
from llcodec.text_guide.clip_guide import ClipGuide
from projects.text_guide.light import expose

# A ladder, up to over-exposure.
EXPOSURES: tuple[float, ...] = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0)
_AS_SHOT = EXPOSURES.index(1.0)


@dataclass(frozen=True)
class PairScores:
    """Shares of pairs in the right order, 0 … 1.

    ``low``: the dark one is nearer to the low prompt than the bright one is; ``high``: the bright
    one is nearer to the high prompt. ``gap`` is the mean difference of their lightness.
    """

    low: float
    high: float
    gap: float


@dataclass(frozen=True)
class LadderScores:
    """How lightness, cos(high) − cos(low), follows the exposure of one picture, as means.

    ``to_normal`` and ``whole`` are Spearman's rank correlations, over the steps up to exposure 1
    and over all steps; ``rising`` is the share of neighbouring steps up to 1 in the right order,
    and ``lightness`` is the mean at each step.
    """

    to_normal: float
    whole: float
    rising: float
    lightness: tuple[float, ...]


@torch.no_grad()
def score_pairs(guide: ClipGuide, pairs: Sequence[Pair]) -> PairScores:
    """Return how often the prompts distinguish the dark picture of a pair from the bright one."""
    low = torch.cat([guide.cosines(to_tensor(pair.low)) for pair in pairs])
    high = torch.cat([guide.cosines(to_tensor(pair.high)) for pair in pairs])
    return PairScores(
        low=_share(low[:, 0] > high[:, 0]),
        high=_share(high[:, 1] > low[:, 1]),
        gap=float((high.diff(dim=1) - low.diff(dim=1)).mean()),
    )


@torch.no_grad()
def score_ladders(guide: ClipGuide, pictures: Sequence[Pixels], seed: int = 0) -> LadderScores:
    """Return how lightness follows the exposure of pictures that are darkened and over-exposed."""
    rows = [_climb(guide, picture, seed + number) for number, picture in enumerate(pictures)]
    up = slice(_AS_SHOT + 1)
    return LadderScores(
        to_normal=fmean(spearman(row[up], EXPOSURES[up]) for row in rows),
        whole=fmean(spearman(row, EXPOSURES) for row in rows),
        rising=float((np.diff([row[up] for row in rows]) > 0).mean()),
        lightness=tuple(map(fmean, zip(*rows, strict=True))),
    )


@torch.no_grad()
def lightness_of(guide: ClipGuide, pictures: Iterable[Pixels]) -> list[float]:
    """Return cos(high) − cos(low) of each picture: above 0 it is nearer to the high prompt."""
    return [float(guide.lightness(to_tensor(picture))) for picture in pictures]


def share_below(darker: Sequence[float], brighter: Sequence[float]) -> float:
    """Return the share of pairs, one value of each, in which the darker is below the brighter."""
    return fmean(dark < bright for dark in darker for bright in brighter)


def share_brightened(guide: ClipGuide, pictures: Iterable[Pixels]) -> float:
    """Return the share of pictures that the gradient of lightness would brighten.

    Their lightness grows with a gain on all pixels: the sum of the gradient times the pixels.
    """
    growth = []
    for picture in pictures:
        image = to_tensor(picture).requires_grad_()
        (gradient,) = torch.autograd.grad(guide.lightness(image).sum(), image)
        growth.append((gradient * image.detach()).sum())
    return _share(torch.stack(growth) > 0)


def distinct_highs(pairs: Sequence[Pair]) -> list[Pixels]:
    """Return the bright pictures of pairs, without duplicates."""
    return list({id(pair.high): pair.high for pair in pairs}.values())


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Spearman's rank correlation of two sequences without ties, −1 … 1."""
    ranks = [np.argsort(np.argsort(np.asarray(values))) for values in (first, second)]
    count = len(ranks[0])
    return 1 - 6 * float(np.square(ranks[0] - ranks[1]).sum()) / (count * (count**2 - 1))


def _climb(guide: ClipGuide, picture: Pixels, seed: int) -> list[float]:
    """Return the lightness of one picture at each exposure."""
    values = picture.astype(np.float32) / np.float32(255)
    lightness = []
    for exposure in EXPOSURES:
        rng = np.random.default_rng(seed)  # the same balance and camera at every step
        if exposure < 1:
            rung = darken(values, random_darkening(rng, exposure), rng)
        else:
            rung = expose(values, float(np.log2(exposure)))
        image = torch.from_numpy(np.ascontiguousarray(rung)).permute(2, 0, 1)[None]
        lightness.append(float(guide.lightness(image)))
    return lightness


def _share(right: Tensor) -> float:
    return float(right.float().mean())
