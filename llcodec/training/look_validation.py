"""Quick validation of a look during training: PSNR, NIQE and LPIPS of complete pictures, sheets."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean

import torch
from torch import Tensor

from llcodec._arrays import Pixels
from llcodec.data.sampling import Batch
from llcodec.metrics import niqe
from llcodec.metrics.perceptual import PerceptualMetric, min_side
from llcodec.nets.joint import JointModel
from llcodec.nets.tone import thumbnail
from llcodec.training.perceptual import network_on
from llcodec.training.reporting import Row
from llcodec.training.sheet import paste_rows, pixels_of
from llcodec.training.toned_targets import toned
from llcodec.training.validation import coded, shown

QUALITIES = (2.0, 4.0, 7.0)
_DRAWN = (2.0, 4.0)
_SIDE = 300  # of the parts that are drawn, in pixels


@dataclass(frozen=True)
class _Coded:
    """A picture at one quality, 1×3×H×W: what was coded, the latents, the base and the target."""

    quality: float
    low: Tensor
    latents: Tensor
    base: Tensor
    target: Tensor


class LookValidation:
    """Measures and draws looks of one codec.

    Pictures are coded once: only the synthesis changes.

    Args:
        model: the codec.
        pictures: pairs (low, high) of 3×H×W in [0, 1].
        enhance: whether the codec brightens.
        global_tone: the share by which targets follow the tone curves, as in training.
        metric: LPIPS, if it is to be measured.
    """

    def __init__(
        self,
        model: JointModel,
        pictures: Sequence[tuple[Tensor, Tensor]],
        *,
        enhance: bool,
        global_tone: float,
        metric: PerceptualMetric | None = None,
    ) -> None:
        self._model, self._pictures = model, pictures
        self._enhance, self._global_tone = enhance, global_tone
        device = model.coded_scale.device
        self._distance = None if metric is None else network_on(metric, device)
        self._least_side = 0 if metric is None else min_side(metric.name)

    def scores(self, look: JointModel) -> list[Row]:
        """Return the means of each quality, with the look and (``base_``) without it.

        NIQE and LPIPS are left out if no picture is large enough for them.
        """
        rows: list[Row] = []
        for quality in QUALITIES if self._pictures else ():
            made = [(c, shown(look, c.latents, c.low)) for c in self._coded if c.quality == quality]
            row = {"quality": quality}
            row["base_psnr"] = fmean(_psnr(c.base, c.target) for c, _ in made)
            row["psnr"] = fmean(_psnr(picture, c.target) for c, picture in made)
            rows.append(row | _niqe_of([(c.base, p) for c, p in made]) | self._lpips_of(made))
        return rows

    @torch.no_grad()
    def _lpips_of(self, made: Sequence[tuple[_Coded, Tensor]]) -> dict[str, float]:
        """Return the mean LPIPS without the look and with it.

        Nothing is returned without a metric, or if all pictures are too small for it.
        """
        if self._distance is None:
            return {}
        large = [(c, picture) for c, picture in made if min(picture.shape[-2:]) >= self._least_side]
        base = [float(self._distance(c.base, c.target)) for c, _ in large]
        mine = [float(self._distance(picture, c.target)) for c, picture in large]
        return {"base_lpips": fmean(base), "lpips": fmean(mine)} if large else {}

    def draw(self, look: JointModel, path: Path) -> None:
        """Write a row for each picture and quality: dark, base, look and target at full size."""
        rows = [
            [_part(p) for p in (c.low, c.base, shown(look, c.latents, c.low), c.target)]
            for c in self._coded
            if c.quality in _DRAWN
        ]
        if rows:
            paste_rows(rows, path)

    @cached_property
    def _coded(self) -> list[_Coded]:
        with torch.random.fork_rng():  # the random numbers of the training do not change
            return list(self._code())

    @torch.no_grad()
    def _code(self) -> Iterator[_Coded]:
        device = self._model.coded_scale.device
        for low, high in self._pictures:
            x, bright = low[None].to(device), high[None].to(device)
            target = bright
            if self._enhance:
                nowhere = x.new_zeros(())
                batch = Batch(x, bright, thumbnail(x), thumbnail(bright), nowhere)
                target = toned(self._model, batch, self._global_tone)[1]
            for quality in QUALITIES:
                latents, _ = coded(self._model, x, quality, self._enhance)
                yield _Coded(quality, x, latents, shown(self._model, latents, x), target)


def _psnr(picture: Tensor, target: Tensor) -> float:
    return -10 * math.log10(float((picture - target).square().mean()) + 1e-10)


def _niqe_of(pairs: Sequence[tuple[Tensor, Tensor]]) -> dict[str, float]:
    """Return the mean NIQE of pictures without and with the look; nothing if all are too small."""
    found = []
    for pair in pairs:
        try:
            found.append([niqe(pixels_of(picture[0])) for picture in pair])
        except ValueError:  # too small, or without texture
            continue
    means = map(fmean, zip(*found, strict=True))
    return dict(zip(("base_niqe", "niqe"), means, strict=False))


def _part(picture: Tensor) -> Pixels:
    """Return the middle of a picture, so that sheets show its texture."""
    height, width = picture.shape[-2:]
    top, left = (max(0, (side - _SIDE) // 2) for side in (height, width))
    return pixels_of(picture[0, :, top : top + _SIDE, left : left + _SIDE])
