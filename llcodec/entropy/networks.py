"""The integer networks that predict probabilities: encoder and decoder must agree on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from llcodec._bitstream import LATENT_UNITS, QUALITY_LEVELS, QUALITY_UNITS, SCALE_LEVELS
from llcodec.entropy.fixed_point import IntegerLayer, convolve_all, multiply_all
from llcodec.entropy.order import context_taps
from llcodec.errors import BrokenModelError
from llcodec.nets.hyperprior import CodingOrder


@dataclass(frozen=True)
class EntropyNetworks:
    """Hyper-synthesis, context and entropy-parameter networks of one model in fixed point.

    ``index_start`` is K×M (K = 8 for a variable-rate model, 1 otherwise): the scale index, in
    1/64, that is added to the network's output at each integer quality.
    """

    order: CodingOrder
    hyper_synthesis: Sequence[IntegerLayer]
    context: IntegerLayer
    entropy_parameters: Sequence[IntegerLayer]
    index_start: Tensor

    @property
    def latents(self) -> int:
        """The number M of latent channels."""
        return self.index_start.shape[1]

    def check(self) -> None:
        """Raise BrokenModelError unless every layer is provably exact."""
        if len(self.index_start) not in (1, QUALITY_LEVELS):
            raise BrokenModelError("the model has start indices for neither one quality nor eight")
        for name, layers in (
            ("hyper-synthesis", self.hyper_synthesis),
            ("context", (self.context,)),
            ("entropy parameters", self.entropy_parameters),
        ):
            for number, layer in enumerate(layers):
                layer.check(f"{name} {number}")

    def hyper_features(self, z_hat: Tensor, height: int, width: int) -> Tensor:
        """Return P×h×w features for hyper-latents Z×⌈h/4⌉×⌈w/4⌉."""
        features = convolve_all(self.hyper_synthesis, z_hat[None])[0]
        return features[:, :height, :width]

    def start_at(self, quality_units: int) -> Tensor:
        """Return the M start indices at a quality in 1/256, interpolated in integers."""
        if len(self.index_start) == 1:
            return self.index_start[0]
        low = min(quality_units // QUALITY_UNITS - 1, len(self.index_start) - 2)
        share = quality_units - (low + 1) * QUALITY_UNITS
        mixed = self.index_start[low] * (QUALITY_UNITS - share) + self.index_start[low + 1] * share
        return (mixed / QUALITY_UNITS).floor()

    def parameters(
        self, hyper: Tensor, neighbours: Tensor | None, start: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return scale indices (0 … 63) and means (in 1/64), M×N each, at N positions.

        ``hyper`` is P×N, ``neighbours`` M·taps×N latents in 1/64 (None where none is decoded).
        """
        if neighbours is None:
            taps = self.latents * len(context_taps(self.order))
            neighbours = hyper.new_zeros(taps, 1)
        context = self.context.multiply(neighbours).expand(-1, hyper.shape[1])
        out = multiply_all(self.entropy_parameters, torch.cat((hyper, context)))
        index, mean = out.chunk(2)
        rounded = ((index + start[:, None] + LATENT_UNITS // 2) / LATENT_UNITS).floor()
        return rounded.clamp(0, SCALE_LEVELS - 1), mean

    def to(self, device: torch.device) -> "EntropyNetworks":
        """Return the same networks on ``device``."""
        return EntropyNetworks(
            self.order,
            tuple(layer.to(device) for layer in self.hyper_synthesis),
            self.context.to(device),
            tuple(layer.to(device) for layer in self.entropy_parameters),
            self.index_start.to(device),
        )
