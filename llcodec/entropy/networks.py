"""The integer networks that predict probabilities: encoder and decoder must agree on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import QUALITY_LEVELS, QUALITY_UNITS
from llcodec._coding_order import CodingOrder, context_taps
from llcodec.entropy.fixed_point import IntegerLayer, Whole, convolve_all
from llcodec.entropy.order import Positions, coding_order
from llcodec.entropy.prediction import ChannelGroup, Context
from llcodec.errors import BrokenModelError


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
    index_start: NDArray[np.int64]

    @property
    def latents(self) -> int:
        """The number M of latent channels."""
        return int(self.index_start.shape[1])

    @cached_property
    def groups(self) -> tuple[ChannelGroup, ...]:
        """The groups of channels, in coding order. One has all: it sees its own neighbours."""
        own = slice(0, self.latents)
        context = Context(own, context_taps(self.order), (self.context,))
        return (ChannelGroup(own, (context,), self.entropy_parameters),)

    def steps(self, height: int, width: int) -> Iterator[tuple[ChannelGroup, Positions]]:
        """Yield what is coded together in a tile of h×w latents, step by step."""
        positions = coding_order(self.order, height, width)
        return ((group, at) for group in self.groups for at in positions if len(at))

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

    def hyper_features(self, z_hat: NDArray[np.int32], height: int, width: int) -> Whole:
        """Return h×w×P features for hyper-latents Z×⌈h/4⌉×⌈w/4⌉."""
        inputs = np.moveaxis(z_hat, 0, -1).astype(np.float64)
        return convolve_all(self.hyper_synthesis, inputs)[:height, :width]

    def start_at(self, quality_units: int) -> Whole:
        """Return the M start indices at a quality in 1/256, interpolated in integers."""
        if len(self.index_start) == 1:
            return np.asarray(self.index_start[0], np.float64)
        low = min(quality_units // QUALITY_UNITS - 1, len(self.index_start) - 2)
        share = quality_units - (low + 1) * QUALITY_UNITS
        mixed = self.index_start[low] * (QUALITY_UNITS - share) + self.index_start[low + 1] * share
        return np.asarray(mixed // QUALITY_UNITS, np.float64)
