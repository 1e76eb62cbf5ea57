"""Compute the core of a window: what only its halo needs is cut off as soon as possible.

A synthesis transform sees fewer latents beyond the core the further it has come. Where a plane is
cut is an input of the graph, so that one graph serves all windows.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from llcodec._bitstream import STRIDE
from llcodec.engine.onnx.graph import Array, Value
from llcodec.engine.onnx.layers import Layers
from llcodec.engine.protocol import Core

Reaches = Mapping[int, int]
"""How many positions beyond the core the layers see from a scale on, by the scale: positions a
side for each latent. Scales are in ascending order."""

_LINEAR: Final = "linear"
_OUTPUT: Final = "output"


def cut(layers: Layers, x: Value, scale: int) -> Value:
    """Cut planes 1×C×H×W at a scale of the reaches down to what the following layers see."""
    return _cut(layers, x, f"scale{scale}")


def cut_latents(layers: Layers, wide: Value) -> Value:
    """Cut latents, which are padded by one at each side, down to the core and one around it."""
    return _cut(layers, wide, _LINEAR)


def cut_output(layers: Layers, x: Value) -> Value:
    """Cut the last planes of the transform down to the core."""
    return _cut(layers, x, _OUTPUT)


def _cut(layers: Layers, x: Value, name: str) -> Value:
    if not layers.cuts:
        return x
    graph = layers.graph
    starts, ends = (graph.indices(f"{name}_{kind}") for kind in ("starts", "ends"))
    return graph.add("Slice", x, starts, ends, graph.integers(2, 3))


def cut_inputs(
    core: Core, size: tuple[int, int], reaches: Reaches, factor: int, *, linear: bool
) -> dict[str, Array]:
    """Return the inputs of a graph that say where planes are cut.

    Args:
        core: rows and columns of the latents.
        size: how many rows and columns of latents there are.
        reaches: of the transform.
        factor: of its last pixel shuffle.
        linear: whether there is a linear path.
    """
    scales = [*reaches.items(), (STRIDE // factor, 0)]
    axes = [list(_cuts(along, length, scales)) for along, length in zip(core, size, strict=True)]
    names = [*(f"scale{scale}" for scale in reaches), _OUTPUT]
    found: dict[str, Array] = {}
    for name, both in zip(names, zip(*axes, strict=True), strict=True):
        found |= _inputs(name, both)
    if linear:
        found |= _inputs(_LINEAR, [slice(n.start, n.stop + 2) for n in core])
    return found


def _cuts(core: slice, length: int, scales: list[tuple[int, int]]) -> Iterator[slice]:
    """Yield what is left at each scale of one axis, counted from where the last one began."""
    origin, before = 0, 1
    for scale, reach in scales:
        origin = origin * scale // before
        start = max(0, core.start * scale - reach)
        stop = min(length * scale, core.stop * scale + reach)
        yield slice(start - origin, stop - origin)
        origin, before = start, scale


def _inputs(name: str, axes: "list[slice] | tuple[slice, ...]") -> dict[str, Array]:
    return {
        f"{name}_starts": np.array([axis.start for axis in axes], np.int64),
        f"{name}_ends": np.array([axis.stop for axis in axes], np.int64),
    }
