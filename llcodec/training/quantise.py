"""Quantise trained float networks to the integer networks of entropy coding.

Weights get a power-of-two scale per output channel, activations a power-of-two scale per layer. How
large they become depends on what has to hold the sums of their products exactly
(:class:`Room`): with ``IN_DOUBLE``, both have 16 bits, and activations a margin of a factor of two
above the largest value in calibration. (Koyuncu et al. 2024 report 0.5 % of rate for that.) With
``IN_SINGLE``, activations have 13 bits and weights as many as leave each sum below 2^24.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._bitstream import EXACT_LIMIT
from llcodec.entropy.fixed_point import (
    ACTIVATION_LIMIT,
    SINGLE_LIMIT,
    WEIGHT_LIMIT,
    WIDE_LIMIT,
    IntegerLayer,
    Whole,
)

_MAX_BITS = 12  # fraction bits of activations
_MOST_BITS = 6  # by which the inner channels of a chain are brought closer to each other


@dataclass(frozen=True)
class Room:
    """How large the integers of a network may become.

    Attributes:
        activations: the largest magnitude between layers.
        sums: the limit of every partial sum of a layer.
        shift: the largest one, by which sums become activations.
        margin: of activations, above the largest value in calibration. Larger ones are clipped.
    """

    activations: int
    sums: int
    shift: int
    margin: float


IN_DOUBLE = Room(ACTIVATION_LIMIT, EXACT_LIMIT, 40, 2.0)
IN_SINGLE = Room(2**12 - 1, SINGLE_LIMIT, 20, 1.0)


@dataclass(frozen=True)
class FloatLayer:
    """One convolution of a trained network, with the activation and pixel shuffle after it."""

    weight: Tensor
    bias: Tensor
    leaky: bool
    shuffle: int


def split_layers(network: nn.Sequential) -> list[FloatLayer]:
    """Return the convolutions of a sequence of convolutions, leaky ReLUs and pixel shuffles."""
    layers: list[FloatLayer] = []
    flat = [m for m in network.modules() if not isinstance(m, nn.Sequential)]
    for number, module in enumerate(flat):
        if not isinstance(module, nn.Conv2d):
            continue
        after = flat[number + 1 : number + 3]
        if any(isinstance(m, nn.Conv2d) for m in after[:1]):
            after = []
        elif any(isinstance(m, nn.Conv2d) for m in after[1:]):
            after = after[:1]
        shuffle = next((m.upscale_factor for m in after if isinstance(m, nn.PixelShuffle)), 1)
        leaky = any(isinstance(m, nn.LeakyReLU) for m in after)
        assert module.bias is not None
        layers.append(FloatLayer(module.weight, module.bias, leaky, shuffle))
    return layers


def activation_bits(largest: float, room: Room = IN_DOUBLE) -> int:
    """Return the fraction bits with which values up to ``largest`` and the margin have room."""
    units = room.activations / (room.margin * max(largest, 1e-6))
    return min(_MAX_BITS, math.floor(math.log2(units)))


def quantise_layer(
    layer: FloatLayer,
    bits_in: int,
    bits_out: int | Tensor,
    *,
    room: Room = IN_DOUBLE,
    input_limit: int | None = None,
    wide_output: bool = False,
) -> IntegerLayer:
    """Return ``layer`` for inputs in 2^−bits_in and outputs in 2^−bits_out.

    ``bits_out`` may differ between the O outputs. Inputs are clipped at ``input_limit``, that of
    ``room`` by default. A sum is above the limit of ``room`` only where
    outputs in 2^−bits_out could not be told apart otherwise.
    """
    weight, bias = layer.weight.detach().double(), layer.bias.detach().double()
    input_limit = room.activations if input_limit is None else input_limit
    most = _weight_bits(weight, bias * 2.0**bits_in, input_limit, room)
    # A shift has a limit, so that rows of tiny weights are less precise than they could be.
    shift = (bits_in + most - bits_out).clamp(0, room.shift)
    scale = shift - bits_in + bits_out
    units = (bias * torch.exp2(bits_in + scale)).round()
    return IntegerLayer(
        weight=_array(weight * torch.exp2(scale).view(-1, 1, 1, 1)),
        bias=_array(units + _half_of(shift)),
        shift=_array(shift),
        limit=WIDE_LIMIT if wide_output else room.activations,
        input_limit=input_limit,
        leaky=layer.leaky,
        shuffle=layer.shuffle,
    )


def _weight_bits(weight: Tensor, bias: Tensor, input_limit: int, room: Room) -> Tensor:
    """Return the fraction bits of the weights of each output, as many as sums have room for."""
    # The lower bound keeps the biases of rows without weights within the exact range.
    rows, bias = weight.detach().double().abs().flatten(1), bias.detach().double().abs()
    limit = room.sums - 2 ** (room.shift - 1) - 1  # what rounds the result is part of the sum
    sums = rows.sum(1) * input_limit + bias + 1e-9
    most = torch.minimum(WEIGHT_LIMIT / rows.amax(1).clamp(min=1e-5), limit / sums)
    bits = torch.floor(torch.log2(most))
    units = torch.exp2(bits)
    rounded = (rows * units[:, None]).round().sum(1) * input_limit + (bias * units).round()
    return torch.where(rounded < limit, bits, bits - 1)


def dequantise_layer(layer: IntegerLayer, bits_in: int, bits_out: int | Tensor) -> FloatLayer:
    """Return the float layer from which :func:`quantise_layer` made ``layer``, up to rounding."""
    weight, bias, shift = map(torch.from_numpy, (layer.weight, layer.bias, layer.shift))
    scale = shift - bits_in + bits_out
    units = bias - _half_of(shift)
    return FloatLayer(
        weight=(weight * torch.exp2(-scale).view(-1, 1, 1, 1)).float(),
        bias=(units * torch.exp2(-(bits_in + scale))).float(),
        leaky=layer.leaky,
        shuffle=layer.shuffle,
    )


def _array(values: Tensor) -> Whole:
    return np.ascontiguousarray(values.round().cpu().numpy(), np.float64)


def _half_of(shift: Tensor) -> Tensor:
    """Return the offset with which the floor of a division by 2^shift rounds to nearest."""
    return torch.where(shift > 0, torch.exp2(shift - 1), torch.zeros_like(shift))


def equalise(
    layers: Sequence[FloatLayer], largest: Sequence[Tensor]
) -> tuple[list[FloatLayer], list[Tensor]]:
    """Return layers whose inner channels become about equally large, and how large.

    What follows a channel is divided by what multiplies it: leaky ReLUs are positively homogeneous
    (Nagel et al., ICCV 2019), so the chain computes the same. Channels then share their units
    without a loss for the small ones.

    Args:
        layers: a chain without pixel shuffles.
        largest: the largest magnitude of each channel after each layer.
    """
    made, becomes = list(layers), list(largest)
    for number, seen in enumerate(largest[:-1]):
        factor = torch.exp2((seen.max() / seen.clamp(min=1e-6)).log2().floor().clamp(0, _MOST_BITS))
        here, after = made[number : number + 2]
        columns = factor.view(-1, 1, 1, 1)
        made[number] = replace(here, weight=here.weight * columns, bias=here.bias * factor)
        made[number + 1] = replace(after, weight=after.weight / columns.transpose(0, 1))
        becomes[number] = seen * factor
    return made, becomes


def quantise_chain(
    layers: Sequence[FloatLayer],
    bits_in: int,
    bits_out: Sequence[int],
    *,
    room: Room = IN_DOUBLE,
    input_limit: int | None = None,
    wide_output: bool,
) -> tuple[IntegerLayer, ...]:
    """Return a chain of integer layers with the given fraction bits after each.

    Inner layers get fewer where their sums have no room for so many. The inputs of the first layer
    are clipped at ``input_limit``, that of ``room`` by default.
    """
    chain = []
    limit = room.activations if input_limit is None else input_limit
    for number, (layer, bits) in enumerate(zip(layers, bits_out, strict=True)):
        last = number == len(layers) - 1
        if not last:
            most = _weight_bits(layer.weight, layer.bias * 2.0**bits_in, limit, room)
            bits = min(bits, bits_in + int(most.min()))
        wide = wide_output and last
        made = quantise_layer(layer, bits_in, bits, room=room, input_limit=limit, wide_output=wide)
        chain.append(made)
        bits_in, limit = bits, room.activations
    return tuple(chain)
