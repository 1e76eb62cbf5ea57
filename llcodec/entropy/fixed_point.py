"""Networks in integer arithmetic, carried out in floating point.

Every value is an integer held in float64, and every true sum stays far below 2^53, so any order
of summation, memory layout, thread count or device gives the same bits. The bound is proved for
each layer from its weights when a model is exported, and again when it is loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._bitstream import EXACT_LIMIT, LEAKY_SLOPE_DENOMINATOR, LEAKY_SLOPE_NUMERATOR
from llcodec.errors import BrokenModelError

ACTIVATION_LIMIT = 2**15 - 1  # activations between layers fit into 16 bits
WEIGHT_LIMIT = 2**15 - 1
WIDE_LIMIT = 2**20  # of outputs that feed no further layer: means up to ±16384


@dataclass(frozen=True)
class IntegerLayer:
    """One convolution in fixed point: out = clamp(leaky(⌊(w∗in + b) / 2^shift⌋)).

    ``weight`` is O×I×k×k with |w| < 2^15, ``bias`` O (already with the half that makes the floor
    round to nearest), ``shift`` O; all hold integers in float64. ``limit`` bounds the output,
    ``input_limit`` is what the bound assumes of the input. ``shuffle`` is the factor of the
    pixel shuffle that follows (1 for none).
    """

    weight: Tensor
    bias: Tensor
    shift: Tensor
    limit: int
    input_limit: int
    leaky: bool
    shuffle: int

    def bound(self) -> int:
        """Return the largest magnitude that any partial sum of this layer can reach."""
        sums = self.weight.abs().flatten(1).sum(1) * self.input_limit + self.bias.abs()
        return int(sums.max())

    def check(self, name: str) -> None:
        """Raise BrokenModelError unless all values are integers within the exact range."""
        whole = all(bool((v == v.round()).all()) for v in (self.weight, self.bias, self.shift))
        limits = self.limit, self.input_limit
        in_range = bool((self.weight.abs() <= WEIGHT_LIMIT).all()) and bool(
            ((self.shift >= 0) & (self.shift <= 40)).all()
        )
        bounded = all(0 < limit <= WIDE_LIMIT for limit in limits) and self.bound() < EXACT_LIMIT
        if not (whole and in_range and bounded):
            raise BrokenModelError(f"the integer layer {name} breaks the exactness bound")

    def convolve(self, x: Tensor) -> Tensor:
        """Return the layer's output, B×O×H×W, for integers B×I×H×W in float64."""
        x = x.clamp(-self.input_limit, self.input_limit)
        sums = F.conv2d(x, self.weight, padding=self.weight.shape[-1] // 2)
        return F.pixel_shuffle(self._finish(sums), self.shuffle)

    def multiply(self, columns: Tensor) -> Tensor:
        """Return the output O×N for N columns of I·k·k gathered inputs: one matrix product."""
        columns = columns.clamp(-self.input_limit, self.input_limit)
        sums = self.weight.flatten(1) @ columns
        return self._finish(sums[None, :, :, None])[0, :, :, 0]

    def _finish(self, sums: Tensor) -> Tensor:
        # round() first: a convolution by transform (Winograd, FFT) is off by a tiny fraction.
        exact = sums.round() + self.bias.view(1, -1, 1, 1)
        out = (exact * self._factors().view(1, -1, 1, 1)).floor()
        if self.leaky:
            out = torch.where(
                out < 0, (out * LEAKY_SLOPE_NUMERATOR / LEAKY_SLOPE_DENOMINATOR).floor(), out
            )
        return out.clamp(-self.limit, self.limit)

    def _factors(self) -> Tensor:
        """Return 2^−shift, exactly: no library's exp2 decides a bit."""
        return self.shift.new_tensor([2.0 ** -int(shift) for shift in self.shift.tolist()])

    def to(self, device: torch.device) -> "IntegerLayer":
        """Return the same layer on ``device``."""
        return replace(
            self,
            weight=self.weight.to(device),
            bias=self.bias.to(device),
            shift=self.shift.to(device),
        )


def convolve_all(layers: Sequence[IntegerLayer], x: Tensor) -> Tensor:
    """Return the output of convolutional layers for B×C×H×W integers in float64."""
    for layer in layers:
        x = layer.convolve(x)
    return x


def multiply_all(layers: Sequence[IntegerLayer], columns: Tensor) -> Tensor:
    """Return the output of 1×1 (or gathered) layers for C×N integers in float64."""
    for layer in layers:
        columns = layer.multiply(columns)
    return columns
