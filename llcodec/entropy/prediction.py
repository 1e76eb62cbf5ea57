"""Predict scale indices and means of latents, group by group, before they are coded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import (
    LATENT_UNIT_BITS,
    LATENT_UNITS,
    MAGNITUDE_BITS,
    MEAN_BITS,
    MEAN_LIMIT,
    SCALE_LEVELS,
)
from llcodec._causal_context import Taps
from llcodec.entropy.fixed_point import IntegerLayer, Whole, multiply_all
from llcodec.entropy.order import Positions, gather_neighbours

Levels = NDArray[np.uint8]
"""Scale indices, 0 … 63."""


@dataclass(frozen=True)
class Context:
    """Features of the decoded latents around a position.

    Attributes:
        channels: the latents that are seen.
        taps: where they are seen.
        layers: 1×1 layers. The inputs of the first one are channel · len(taps) + tap.
    """

    channels: slice
    taps: Taps
    layers: Sequence[IntegerLayer]

    def features(self, padded: Whole, at: Positions) -> Whole:
        """Return N×F features at N positions of a plane (h+4)×(w+4)×M; what is unknown is 0."""
        return multiply_all(self._by_tap, gather_neighbours(padded, self.channels, at, self.taps))

    def nothing_known(self) -> Whole:
        """Return the 1×F features where no neighbour is decoded yet."""
        inputs = self.layers[0].weight[0].size
        return multiply_all(self.layers, np.zeros((1, inputs)))

    @cached_property
    def _by_tap(self) -> tuple[IntegerLayer, ...]:
        """The layers, the inputs of the first one tap after tap: as they are gathered."""
        first, *rest = self.layers
        weight = first.weight.reshape(len(first.weight), -1, len(self.taps)).transpose(0, 2, 1)
        columns = np.ascontiguousarray(weight.reshape(len(first.weight), -1, 1, 1))
        return (replace(first, weight=columns), *rest)


@dataclass(frozen=True)
class GroupRate:
    """The quality-dependent parameters of the prediction of a group.

    Attributes:
        start: the start values of the group's scale indices, C.
        magnitudes: the typical magnitudes of its latents in 2^-16, C; None if the model does not
            divide by them.
        bias: what is added to the features of the last context, F; None for nothing.
    """

    start: Whole
    magnitudes: Whole | None = None
    bias: Whole | None = None

    def means(self, predicted: Whole) -> Whole:
        """Return means in 1/64, N×C, for what the networks predict."""
        if self.magnitudes is None:
            return predicted
        # At most 2^20 · 2^30: exact.
        scaled = np.floor((predicted * self.magnitudes + _HALF_MEAN) * _MEAN_FACTOR)
        return np.clip(scaled, -MEAN_LIMIT, MEAN_LIMIT)

    def seen(self, latents: Whole, bits: int) -> Whole:
        """Return latents in 1/64, N×C, as the networks see them: in 2^-bits magnitudes."""
        if self.magnitudes is None:
            return latents
        # Integers below 2^46, so the quotient is floored correctly: it would have to be within
        # 2^-30 of an integer to be rounded to it, and is at least 1/magnitude away.
        units = latents * 2.0 ** (MAGNITUDE_BITS - LATENT_UNIT_BITS + bits)
        return np.floor((units + np.floor(self.magnitudes / 2)) / self.magnitudes)


_MEAN_SHIFT = MAGNITUDE_BITS + MEAN_BITS - LATENT_UNIT_BITS
_MEAN_FACTOR = 2.0**-_MEAN_SHIFT
_HALF_MEAN = 2.0 ** (_MEAN_SHIFT - 1)


@dataclass(frozen=True)
class ChannelGroup:
    """Latents that are coded together, and the networks that predict them.

    Attributes:
        channels: C neighbouring channels of the M.
        contexts: what the group sees besides the hyper features.
        parameters: 1×1 layers, from hyper features and then the features of each context to C
            scale values and C means.
        quality_bias: K×F, in the units of the last context's features: what is added to them at
            each integer quality. None for nothing.
    """

    channels: slice
    contexts: Sequence[Context]
    parameters: Sequence[IntegerLayer]
    quality_bias: NDArray[np.int64] | None = None

    def predict(
        self, hyper: Whole, contexts: Sequence[Whole], rate: GroupRate
    ) -> tuple[Levels, Whole]:
        """Return scale indices and means (in 1/64), N×C each, at N positions.

        Args:
            hyper: N×P features.
            contexts: the features of each context, N×F, or 1×F where all positions share them.
            rate: the parameters that depend on the quality.
        """
        *others, last = contexts
        if rate.bias is not None:
            last = last + rate.bias
        shared = [np.broadcast_to(part, (len(hyper), part.shape[1])) for part in (*others, last)]
        out = multiply_all(self.parameters, np.concatenate((hyper, *shared), 1))
        scales, means = np.split(out, 2, 1)
        levels = np.floor((scales + (rate.start + LATENT_UNITS // 2)) / LATENT_UNITS)
        return np.clip(levels, 0, SCALE_LEVELS - 1).astype(np.uint8), rate.means(means)
