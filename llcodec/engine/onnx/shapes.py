"""The shapes of parameters, against which the arrays of a weight file are checked.

Cards and arrays of weight files are untrusted. A graph is made only from arrays that have exactly
the names and shapes of a preset.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from llcodec.engine.onnx.layers import Arrays
from llcodec.errors import BrokenModelError

Shape: TypeAlias = tuple[int, ...]
Shapes: TypeAlias = dict[str, Shape]

_LONGEST = 80  # characters of a name in a message


def check_arrays(arrays: Arrays, shapes: Mapping[str, Shape]) -> None:
    """Raise BrokenModelError unless there are float32 arrays of exactly these names and shapes."""
    if arrays.keys() != shapes.keys():
        name = min(arrays.keys() ^ shapes.keys())
        what = "has an unknown array" if name in arrays else "lacks the array"
        raise BrokenModelError(f"the weight file {what} {name[:_LONGEST]!r}")
    for name, shape in shapes.items():
        if arrays[name].shape != shape or arrays[name].dtype != np.float32:
            raise BrokenModelError(f"the array {name} of the weight file does not fit its preset")


def conv(name: str, before: int, after: int, side: int = 3, *, bias: bool = True) -> Shapes:
    """Return the shapes of a convolution."""
    weight: Shapes = {f"{name}.weight": (after, before, side, side)}
    return weight | {f"{name}.bias": (after,)} if bias else weight


def linear(name: str, before: int, after: int, *, bias: bool = True) -> Shapes:
    """Return the shapes of a linear layer."""
    weight: Shapes = {f"{name}.weight": (after, before)}
    return weight | {f"{name}.bias": (after,)} if bias else weight


def norm(name: str, width: int) -> Shapes:
    """Return the shapes of a layer normalisation."""
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def residual(name: str, channels: int) -> Shapes:
    """Return the shapes of a residual block."""
    return conv(f"{name}.conv1", channels, channels) | conv(f"{name}.conv2", channels, channels)


def residuals(name: str, first: int, channels: int, count: int) -> Shapes:
    """Return the shapes of residual blocks that are numbered from ``first``."""
    shapes: Shapes = {}
    for number in range(first, first + count):
        shapes |= residual(f"{name}.{number}", channels)
    return shapes


def transformer(name: str, width: int, depth: int, inner: int, ffn: int) -> Shapes:
    """Return the shapes of the published transformer of patches."""
    shapes: Shapes = {}
    for number in range(depth):
        attention, feed = f"{name}.attention.{number}", f"{name}.ffn.{number}"
        shapes |= norm(f"{attention}.norm", width) | norm(f"{feed}.0", width)
        shapes |= linear(f"{attention}.qkv", width, 3 * inner, bias=False)
        shapes |= linear(f"{attention}.out", inner, width, bias=False)
        shapes |= linear(f"{feed}.1", width, ffn) | linear(f"{feed}.3", ffn, width)
    return shapes
