"""One step of NeRCo's training: the generators, then the discriminators."""

import math
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.nerco.discriminators import Discriminators, TwoPathDiscriminator
from llcodec.nerco.dual_loop import Camera, Darkening, DualLoop, dual_loop
from llcodec.nerco.guidance import TextGuide
from llcodec.nerco.image_pool import ImagePool
from llcodec.nerco.loss_weights import NercoLossWeights
from llcodec.nerco.losses import (
    Distance,
    fake_loss,
    generator_losses,
    normalisation_loss,
    perceptual_loss,
    real_loss,
    restoration_loss,
    total_loss,
)
from llcodec.nerco.model import NercoModel
from llcodec.nerco.views import View

LEARNING_RATE = 2e-4
BETAS = (0.5, 0.999)


@dataclass(frozen=True)
class StepLosses:
    """The losses of one step: the terms of Eq. 15 before weighting, their total, those of D."""

    total: float
    normalisation: float
    normalised_adversarial: float
    adversarial: float
    edges: float
    text: float
    consistency: float
    identity: float
    cooperative: float
    inspected_edges: float
    restoration: float
    perceptual: float
    d_high: float
    d_low: float


class NercoStep:
    """Update a model and its discriminators, each with its own Adam.

    There is no text loss if ``guide`` is None or the switches of the model leave out text.
    ``camera`` adds noise to darkened pictures, see :func:`dual_loop`. Weights of restoration and of
    the perceptual term need a ``darkening``, that of the second a ``distance``. The state for a
    checkpoint is that of ``model``, ``discriminators``, both optimisers, the ``pools`` and ``rng``.
    Gradients of both sides are clipped to ``clip_norm``.
    """

    def __init__(
        self,
        model: NercoModel,
        discriminators: Discriminators,
        rng: np.random.Generator,
        *,
        guide: TextGuide | None = None,
        camera: Camera | None = None,
        darkening: Darkening | None = None,
        distance: Distance | None = None,
        weights: NercoLossWeights | None = None,
        learning_rate: float = LEARNING_RATE,
        clip_norm: float = math.inf,
    ) -> None:
        self.model, self.discriminators, self.rng = model, discriminators, rng
        self.guide = guide if model.switches.text else None
        self.camera, self.darkening, self.distance = camera, darkening, distance
        self.weights = weights or NercoLossWeights()
        self.learning_rate, self.clip_norm = learning_rate, clip_norm
        self.generator_optimiser, self.discriminator_optimiser = (
            torch.optim.Adam(net.parameters(), learning_rate, BETAS)
            for net in (model, discriminators)
        )
        self.pools = {name: ImagePool(rng) for name in ("bright", "dark", "normalised")}

    def set_learning_rate_factor(self, share: float) -> None:
        """Set the learning rates of both sides to ``share`` of the initial learning rate."""
        for optimiser in (self.generator_optimiser, self.discriminator_optimiser):
            for group in optimiser.param_groups:
                group["lr"] = share * self.learning_rate

    def __call__(self, low: View, high: View) -> StepLosses:
        """Take one step with dark and bright pictures of different scenes.

        If the total or its gradient is not finite, nothing changes, and the returned total and
        losses of the discriminators are NaN.
        """
        loop, measured = self._update_generators(low, high)
        if measured[0].isfinite():
            judged = self._update_discriminators(loop)
        else:
            judged = measured.new_full((2,), math.nan)
        return StepLosses(*torch.cat((measured, judged)).tolist())

    def judge(self, low: View, high: View) -> Tensor:
        """Take one step of the discriminators alone, and return the losses of D_H and D_L."""
        with torch.no_grad():
            loop = dual_loop(self.model, low, high, identity=False, camera=self.camera)
        return self._update_discriminators(loop)

    def restore(self, high: View) -> StepLosses:
        """Take one step of the networks that enhance, to restore darkened bright pictures.

        Neither the loop nor the discriminators take part, and their losses are 0.
        """
        assert self.darkening is not None, "built without a darkening"
        dark = self.darkening(high)
        normalised = self.model.normalise(dark)
        restored = self.model.brighten(dark, normalised, self.model.mask(dark))
        terms = {"restoration": restoration_loss(restored, high.picture)}
        if self.weights.perceptual:
            assert self.distance is not None, "built without a distance"
            terms["perceptual"] = perceptual_loss(self.distance, restored, high.picture)
        if self.model.nrn is not None:
            terms["normalisation"] = normalisation_loss(normalised, dark.picture)
        total = torch.stack([getattr(self.weights, k) * term for k, term in terms.items()]).sum()
        done = self._descend(total, self.generator_optimiser, self.model)
        losses = dict.fromkeys((f.name for f in fields(StepLosses)), 0.0)
        losses |= {name: term.item() for name, term in terms.items()}
        return StepLosses(**losses | {"total": total.item() if done else math.nan})

    def _update_generators(self, low: View, high: View) -> tuple[DualLoop, Tensor]:
        """Return the loop without gradients, and the total before all terms."""
        self.discriminators.requires_grad_(False)
        identity = self.weights.identity > 0
        restores = self.weights.restoration > 0 or self.weights.perceptual > 0
        darkening = self.darkening if restores else None
        loop = dual_loop(
            self.model, low, high, identity=identity, camera=self.camera, darkening=darkening
        )
        losses = generator_losses(
            loop, self.discriminators, self.guide, self.weights, self.distance
        )
        total = total_loss(losses, self.weights)
        done = self._descend(total, self.generator_optimiser, self.model)
        self.discriminators.requires_grad_(True)
        terms = [getattr(losses, f.name) for f in fields(losses)]
        measured = torch.stack([total if done else total * math.nan, *terms])
        return loop, measured.detach()

    def _update_discriminators(self, loop: DualLoop) -> Tensor:
        """Return the losses of D_H and D_L; D_L also judges the normalised picture."""
        discriminators, pools = self.discriminators, self.pools
        dark = [pools["dark"].query(loop.dark)]
        edge_of_dark = dark[0]
        if loop.normalised is not None and self.weights.normalised_adversarial > 0:
            dark.append(pools["normalised"].query(loop.normalised))
        bright = pools["bright"].query(loop.bright)
        d_high = _judging_loss(discriminators.d_h, loop.high, [bright], bright)
        d_low = _judging_loss(discriminators.d_l, loop.low, dark, edge_of_dark)
        losses = torch.stack((d_high, d_low))
        self._descend(losses.sum(), self.discriminator_optimiser, discriminators)
        return losses.detach()

    def _descend(self, loss: Tensor, optimiser: torch.optim.Optimizer, net: nn.Module) -> bool:
        """Take one step against the gradient; False if it, or the loss, is not finite."""
        optimiser.zero_grad(set_to_none=True)
        if not loss.isfinite():
            return False
        loss.backward()  # type: ignore[no-untyped-call]
        if not nn.utils.clip_grad_norm_(net.parameters(), self.clip_norm).isfinite():
            return False
        optimiser.step()
        return True


def _judging_loss(
    judge: TwoPathDiscriminator, real: Tensor, made: list[Tensor], made_for_edges: Tensor
) -> Tensor:
    """Return the loss of a discriminator on both paths, for each kind of generated pictures."""
    loss = _path_loss(judge(torch.cat((real, *made))), len(real))
    of_edges = judge.of_edges(torch.cat((real, made_for_edges)))
    return loss if of_edges is None else loss + _path_loss(of_edges, len(real))


def _path_loss(scores: Tensor, batch: int) -> Tensor:
    """Return the loss of one path for scores of ``batch`` real pictures, then of generated ones."""
    kinds = len(scores) // batch - 1
    return 0.5 * kinds * (real_loss(scores[:batch]) + fake_loss(scores[batch:]))
