"""Quantise trained float networks to the integer networks of entropy coding.

Weights become 16-bit integers with a power-of-two scale per output channel, activations 16-bit
integers with a power-of-two scale per layer, with a margin of a factor of two above the largest
value in calibration. (Koyuncu et al. 2024 report 0.5 % of rate for 16-bit weights and activations.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.entropy.fixed_point import (
    ACTIVATION_LIMIT,
    WEIGHT_LIMIT,
    WIDE_LIMIT,
    IntegerLayer,
    Whole,
)

_MAX_BITS = 12  # fraction bits of activations


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


def activation_bits(largest: float) -> int:
    """Return the fraction bits for values up to twice ``largest`` in 16 bits."""
    return min(_MAX_BITS, math.floor(math.log2(ACTIVATION_LIMIT / (2 * max(largest, 1e-6)))))


def quantise_layer(
    layer: FloatLayer, bits_in: int, bits_out: int | Tensor, *, wide_output: bool = False
) -> IntegerLayer:
    """Return ``layer`` for inputs in 2^−bits_in and outputs in 2^−bits_out.

    ``bits_out`` may differ between the O outputs.
    """
    weight, bias = layer.weight.detach().double(), layer.bias.detach().double()
    # The lower bound keeps the biases of rows without weights within the exact range.
    largest = weight.abs().flatten(1).amax(1).clamp(min=1e-5)
    scale = torch.floor(torch.log2(WEIGHT_LIMIT / largest))
    shift = bits_in + scale - bits_out
    # A shift must be 0 … 40, so that rows of tiny weights are less precise than they could be.
    shift = shift.clamp(0, 40)
    scale = shift - bits_in + bits_out
    units = (bias * torch.exp2(bits_in + scale)).round()
    return IntegerLayer(
        weight=_array(weight * torch.exp2(scale).view(-1, 1, 1, 1)),
        bias=_array(units + _half_of(shift)),
        shift=_array(shift),
        limit=WIDE_LIMIT if wide_output else ACTIVATION_LIMIT,
        input_limit=ACTIVATION_LIMIT,
        leaky=layer.leaky,
        shuffle=layer.shuffle,
    )


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


def quantise_chain(
    layers: Sequence[FloatLayer], bits_in: int, bits_out: Sequence[int], *, wide_output: bool
) -> tuple[IntegerLayer, ...]:
    """Return a chain of integer layers with the given fraction bits after each."""
    chain = []
    for number, (layer, bits) in enumerate(zip(layers, bits_out, strict=True)):
        last = number == len(layers) - 1
        chain.append(quantise_layer(layer, bits_in, bits, wide_output=wide_output and last))
        bits_in = bits
    return tuple(chain)
