"""The integer networks that predict probabilities, identically in encoder and decoder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import LATENT_UNIT_BITS, QUALITY_LEVELS, QUALITY_UNITS
from llcodec._causal_context import CodingOrder
from llcodec.entropy.fixed_point import IntegerLayer, Whole, convolve_all
from llcodec.entropy.order import Positions, coding_order
from llcodec.entropy.prediction import ChannelGroup, GroupRate
from llcodec.errors import BrokenModelError

_MAX_INPUT_BITS = 12
_MAX_MAGNITUDE = 2**30
_BIAS_LIMIT = 2**20


@dataclass(frozen=True)
class EntropyNetworks:
    """Hyper-synthesis, context and entropy-parameter networks of one model in fixed point.

    K is 8 for a variable-rate model, 1 otherwise: tables have a row for each integer quality.

    Attributes:
        order: the order in which the positions of a group are coded.
        hyper_synthesis: the layers from hyper-latents to hyper features.
        groups: the groups of channels, in coding order. Models of version 1 have one.
        index_start: K×M, the scale index, in 1/64, that is added to the networks' output.
        magnitudes: K×M, the typical magnitudes of latents, in 2^-16 steps. The contexts see
            latents that are divided by them, and means come out divided by them. None in models
            of version 1, whose contexts see latents in 1/64.
        input_bits: contexts see latents as multiples of 2^-input_bits magnitudes.
    """

    order: CodingOrder
    hyper_synthesis: Sequence[IntegerLayer]
    groups: Sequence[ChannelGroup]
    index_start: NDArray[np.int64]
    magnitudes: NDArray[np.int64] | None = None
    input_bits: int = LATENT_UNIT_BITS

    @property
    def latents(self) -> int:
        """The number M of latent channels."""
        return int(self.index_start.shape[1])

    def steps(self, height: int, width: int) -> Iterator[tuple[int, Positions]]:
        """Yield what is coded together in a tile of h×w latents: groups by number, positions."""
        positions = coding_order(self.order, height, width)
        return ((number, at) for number in range(len(self.groups)) for at in positions if len(at))

    def check(self) -> None:
        """Raise BrokenModelError unless every layer is provably exact."""
        rows, latents = self.index_start.shape
        if rows not in (1, QUALITY_LEVELS):
            raise BrokenModelError("the model has start indices for neither one quality nor eight")
        _check_chain("hyper-synthesis", self.hyper_synthesis)
        self._check_magnitudes((rows, latents))
        ends = [0]
        for number, group in enumerate(self.groups):
            if group.channels.start != ends[-1] or group.channels.stop <= ends[-1]:
                raise BrokenModelError("the groups of latents are not consecutive")
            ends.append(group.channels.stop)
            for context in group.contexts:
                if context.channels.start < 0 or context.channels.stop > ends[-1]:
                    raise BrokenModelError("a context sees latents that are not decoded yet")
                _check_chain(f"context of group {number}", context.layers)
            _check_chain(f"entropy parameters of group {number}", group.parameters)
            _check_bias(group, rows)
        if ends[-1] != latents:
            raise BrokenModelError("the groups do not cover all latents")

    def _check_magnitudes(self, shape: tuple[int, int]) -> None:
        if self.magnitudes is None:
            return
        whole = self.magnitudes.shape == shape and 0 <= self.input_bits <= _MAX_INPUT_BITS
        if not (whole and 0 < self.magnitudes.min() <= self.magnitudes.max() <= _MAX_MAGNITUDE):
            raise BrokenModelError("the model has impossible magnitudes of latents")

    def hyper_features(self, z_hat: NDArray[np.int32], height: int, width: int) -> Whole:
        """Return h×w×P features for hyper-latents Z×⌈h/4⌉×⌈w/4⌉."""
        inputs = np.moveaxis(z_hat, 0, -1).astype(np.float64)
        return convolve_all(self.hyper_synthesis, inputs)[:height, :width]

    def at_quality(self, quality_units: int) -> tuple[GroupRate, ...]:
        """Return the quality-dependent parameters of each group, at a quality in 1/256."""
        start = _interpolated(self.index_start, quality_units)
        magnitudes = (
            None if self.magnitudes is None else _interpolated(self.magnitudes, quality_units)
        )
        return tuple(
            GroupRate(
                start[group.channels],
                None if magnitudes is None else magnitudes[group.channels],
                None
                if group.quality_bias is None
                else _interpolated(group.quality_bias, quality_units),
            )
            for group in self.groups
        )


def _interpolated(table: NDArray[np.int64], quality_units: int) -> Whole:
    """Return the row of a K×N table at a quality in 1/256, interpolated in integers."""
    if len(table) == 1:
        return np.asarray(table[0], np.float64)
    low = min(quality_units // QUALITY_UNITS - 1, len(table) - 2)
    share = quality_units - (low + 1) * QUALITY_UNITS
    mixed = table[low] * (QUALITY_UNITS - share) + table[low + 1] * share
    return np.asarray(mixed // QUALITY_UNITS, np.float64)


def _check_chain(name: str, layers: Sequence[IntegerLayer]) -> None:
    for number, layer in enumerate(layers):
        layer.check(f"{name} {number}")


def _check_bias(group: ChannelGroup, rows: int) -> None:
    """Raise BrokenModelError unless the quality bias fits to the features of the last context."""
    if group.quality_bias is None:
        return
    wanted = rows, len(group.contexts[-1].layers[-1].weight)
    if group.quality_bias.shape != wanted or np.abs(group.quality_bias).max() > _BIAS_LIMIT:
        raise BrokenModelError("the model has an impossible bias of a quality")
