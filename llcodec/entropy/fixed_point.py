"""Networks in integer arithmetic, carried out in floating point.

Every value is an integer held in floating point, and every true sum stays far below what it holds
exactly, so any order of summation, memory layout, thread count or library of linear algebra gives
the same bits. The bound is proved for each layer from its weights when a model is exported, and
again when it is loaded. Sums of float64 are exact below 2^53; layers whose bound is below 2^24 are
multiplied in float32.

Arrays have their channels last, so that a layer is one matrix product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from llcodec._bitstream import EXACT_LIMIT, LEAKY_SLOPE_DENOMINATOR, LEAKY_SLOPE_NUMERATOR
from llcodec.errors import BrokenModelError

ACTIVATION_LIMIT = 2**15 - 1  # activations between layers fit into 16 bits
WEIGHT_LIMIT = 2**15 - 1
SINGLE_LIMIT = 2**24  # float32 holds every integer up to this
WIDE_LIMIT = 2**20  # of outputs that feed no further layer: means up to ±16384

_ROWS = 256  # positions of a plane that are multiplied at once, to bound memory
_LEAKY_SLOPE = LEAKY_SLOPE_NUMERATOR / LEAKY_SLOPE_DENOMINATOR

Whole = NDArray[np.float64]
"""Integers that are held in floating point."""


@dataclass(frozen=True)
class IntegerLayer:
    """One convolution in fixed point: out = clamp(leaky(⌊(w∗in + b) / 2^shift⌋)).

    ``weight`` is O×I×k×k with |w| < 2^15, ``bias`` O (already with the half that makes the floor
    round to nearest), ``shift`` O; all hold integers in float64. ``limit`` bounds the output,
    ``input_limit`` is what the bound assumes of the input. ``shuffle`` is the factor of the
    pixel shuffle that follows (1 for none).
    """

    weight: Whole
    bias: Whole
    shift: Whole
    limit: int
    input_limit: int
    leaky: bool
    shuffle: int

    def bound(self) -> int:
        """Return the largest magnitude that any partial sum of this layer can reach."""
        sums = np.abs(self.weight.reshape(len(self.weight), -1)).sum(1) * self.input_limit
        return int((sums + np.abs(self.bias)).max())

    def check(self, name: str) -> None:
        """Raise BrokenModelError unless all values are integers within the exact range."""
        whole = all(bool((v == np.rint(v)).all()) for v in (self.weight, self.bias, self.shift))
        limits = self.limit, self.input_limit
        in_range = bool((np.abs(self.weight) <= WEIGHT_LIMIT).all()) and bool(
            ((self.shift >= 0) & (self.shift <= 40)).all()
        )
        bounded = all(0 < limit <= WIDE_LIMIT for limit in limits) and self.bound() < EXACT_LIMIT
        if not (whole and in_range and bounded):
            raise BrokenModelError(f"the integer layer {name} breaks the exactness bound")

    def convolve(self, x: Whole) -> Whole:
        """Return the layer's output, r·H×r·W×O/r² for a shuffle r, for integers H×W×I."""
        height, width, _ = x.shape
        size = self.weight.shape[-1]
        around = (size // 2, size // 2)
        padded = np.pad(self._clamped(x), (around, around, (0, 0)))
        windows = sliding_window_view(padded, (size, size), (0, 1)).transpose(0, 1, 3, 4, 2)
        step = max(1, _ROWS // width)
        stripes = (windows[top : top + step] for top in range(0, height, step))
        sums = [self._product(s.reshape(-1, self._matrix.shape[0])) for s in stripes]
        return _pixel_shuffle(np.concatenate(sums).reshape(height, width, -1), self.shuffle)

    def multiply(self, rows: Whole) -> Whole:
        """Return the output N×O of a 1×1 layer for N rows of I inputs."""
        return self._product(self._clamped(rows))

    def _clamped(self, x: Whole) -> Whole:
        return np.clip(x, -self.input_limit, self.input_limit)

    def _product(self, rows: Whole) -> Whole:
        """Return the output of gathered inputs N×(k·k·I), channel after channel at each tap."""
        matrix = self._matrix
        out = (rows.astype(matrix.dtype, copy=False) @ matrix).astype(np.float64, copy=False)
        out += self.bias
        out *= self._factors
        np.floor(out, out=out)
        if self.leaky:
            # What is above zero is larger than its share, and what is below is smaller.
            np.maximum(out, np.floor(out * _LEAKY_SLOPE), out=out)
        np.clip(out, -self.limit, self.limit, out=out)
        return out

    @cached_property
    def _matrix(self) -> NDArray[np.float64 | np.float32]:
        """The weights (k·k·I)×O, in single precision if that holds every sum exactly."""
        by_tap = self.weight.transpose(2, 3, 1, 0).reshape(-1, len(self.weight))
        kind = np.float32 if self.bound() < SINGLE_LIMIT else np.float64
        return np.ascontiguousarray(by_tap, kind)

    @cached_property
    def _factors(self) -> Whole:
        """2^−shift, exactly: no library's exp2 decides a bit."""
        return np.array([2.0 ** -int(shift) for shift in self.shift])


def _pixel_shuffle(x: Whole, factor: int) -> Whole:
    """Return r·H×r·W×C of H×W×(C·r·r)."""
    if factor == 1:
        return x
    height, width, channels = x.shape
    spread = x.reshape(height, width, channels // factor**2, factor, factor)
    return spread.transpose(0, 3, 1, 4, 2).reshape(height * factor, width * factor, -1)


def convolve_all(layers: Sequence[IntegerLayer], x: Whole) -> Whole:
    """Return the output of convolutional layers for integers H×W×C."""
    for layer in layers:
        x = layer.convolve(x)
    return x


def multiply_all(layers: Sequence[IntegerLayer], rows: Whole) -> Whole:
    """Return the output of 1×1 layers for integers N×C."""
    for layer in layers:
        rows = layer.multiply(rows)
    return rows
