"""The tone networks; see :mod:`llcodec.nets.tone_networks`.

The networks of an ensemble are one graph. NumPy computes its inputs from a thumbnail.
"""

from itertools import pairwise

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import (
    LOCAL_TONE_COUNT,
    LUMA_WEIGHTS,
    TONE_COUNT,
    TONE_FLOOR,
    TONE_GRID_COLUMNS,
    TONE_GRID_ROWS,
)
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.engine.onnx.local_tone import LocalCurve
from llcodec.engine.onnx.shapes import Shapes, conv, linear
from llcodec.engine.onnx.tone import Curve
from llcodec.nets.constants import FADE_BRIGHT, FADE_DARK, THUMBNAIL_SIZE, TONE_WIDTH
from llcodec.nets.presets import Preset

_PLANES = 8
_CONVOLUTIONS = (0, 2, 4, 6)
_CELLS = TONE_GRID_ROWS * TONE_GRID_COLUMNS
_FEATURES = tuple(-(-side // 2 ** len(_CONVOLUTIONS)) for side in THUMBNAIL_SIZE)


def network(preset: Preset, arrays: Arrays) -> bytes:
    """Return the networks of all members: ``planes`` and ``level`` → ``numbers`` 1×members·N.

    N is 15, or 43 if their curves are local. See :func:`network_inputs`.
    """
    graph = Graph()
    layers = Layers(graph, arrays)
    planes = graph.input("planes", (1, _PLANES, "height", "width"))
    level = graph.input("level", (1, 1))
    names = _names(preset)
    outputs = [_member(layers, name, planes, level, preset.local_tone) for name in names]
    numbers = graph.add("Concat", *outputs, axis=1)
    graph.output("numbers", numbers, (1, _count(preset) * len(names)))
    return graph.model()


def _names(preset: Preset) -> list[str]:
    many = preset.tone_members > 1
    return [f"tone.members.{n}" for n in range(preset.tone_members)] if many else ["tone"]


def _count(preset: Preset) -> int:
    return LOCAL_TONE_COUNT if preset.local_tone else TONE_COUNT


def _member(layers: Layers, name: str, planes: Value, level: Value, local: bool) -> Value:
    graph, x = layers.graph, planes
    for number in _CONVOLUTIONS:
        x = layers.leaky(layers.conv(f"{name}.features.{number}", x, stride=2))
    pooled = graph.add("GlobalAveragePool", x), graph.add("GlobalMaxPool", x)
    flat = [graph.add("Flatten", part) for part in pooled]
    inner = layers.linear(f"{name}.head.0", graph.add("Concat", *flat, level, axis=1))
    numbers = layers.linear(f"{name}.head.2", layers.leaky(inner))
    return graph.add("Concat", numbers, _grid(layers, name, x), axis=1) if local else numbers


def _grid(layers: Layers, name: str, features: Value) -> Value:
    """Add the outputs for the cells, 1×24: a linear layer on the features of a cell and of all."""
    graph, places = layers.graph, _FEATURES[0] * _FEATURES[1]
    weight, bias = layers[f"{name}.grid.weight"], layers[f"{name}.grid.bias"]
    channels = weight.shape[1] // 2
    flat = graph.add("Reshape", features, graph.integers(1, channels, places))
    cells = layers.affine(flat, cell_shares())
    whole = graph.add("ReduceMean", cells, axes=(2,), keepdims=1)
    of_cell, of_whole = weight.reshape(2, 1, channels)
    parts = (
        graph.add("MatMul", graph.constant(w), x) for w, x in ((of_cell, cells), (of_whole, whole))
    )
    scores = graph.add("Add", graph.add("Add", *parts), graph.constant(bias))
    return graph.add("Flatten", scores)


def cell_shares() -> Floats:
    """Return the share of each cell that each feature has, 24×70.

    A cell is the mean of all features that it touches, as PyTorch's adaptive pooling has it.
    """
    down, right = (
        _shares(cells, length)
        for cells, length in zip((TONE_GRID_ROWS, TONE_GRID_COLUMNS), _FEATURES, strict=True)
    )
    return np.kron(down, right).astype(np.float32)


def _shares(cells: int, length: int) -> Floats:
    shares = np.zeros((cells, length), np.float32)
    for cell in range(cells):
        first, last = cell * length // cells, -(-(cell + 1) * length // cells)
        shares[cell, first:last] = 1 / (last - first)
    return shares


def shapes(preset: Preset) -> Shapes:
    """Return the shapes of the parameters of all members."""
    width = TONE_WIDTH
    channels = (_PLANES, width, width, 2 * width, 2 * width)
    outputs = _count(preset) - (_CELLS if preset.local_tone else 0)
    member = linear("head.0", 4 * width + 1, 2 * width) | linear("head.2", 2 * width, outputs)
    for number, pair in zip(_CONVOLUTIONS, pairwise(channels), strict=True):
        member |= conv(f"features.{number}", *pair)
    if preset.local_tone:
        member |= conv("grid", 4 * width, 1, 1)
    return {f"{name}.{key}": shape for name in _names(preset) for key, shape in member.items()}


def network_inputs(thumbnail: Floats) -> dict[str, Floats]:
    """Return the inputs of the network for a thumbnail 100×150×3 in [0, 1]."""
    grey = _luma(thumbnail)[..., None]
    mean = grey.mean(dtype=np.float32) + np.float32(1e-3)
    normal = thumbnail * (np.float32(0.4) / mean)
    spread = (normal > 1.5).mean(2, np.float32, keepdims=True)
    root = np.minimum(np.sqrt(normal), 2)
    planes = (np.minimum(normal, 4), root, np.log(grey + np.float32(1e-3)) / 4, spread)
    stacked = np.concatenate(planes, 2, dtype=np.float32).transpose(2, 0, 1)
    level = np.log(mean) / np.float32(4)
    return {"planes": np.ascontiguousarray(stacked)[None], "level": np.full((1, 1), level)}


def curve_of_network(preset: Preset, numbers: Floats, level: float) -> Curve | LocalCurve:
    """Return the mean of the curves that the members predict.

    Args:
        preset: of the codec.
        numbers: the output of the network.
        level: a quarter of the logarithm of the thumbnail's mean luma, an input of the network.
    """
    kind = LocalCurve if preset.local_tone else Curve
    log_gain = np.float32(np.log(0.4)) - np.float32(4 * level)
    return kind.of_outputs(numbers.reshape(-1, _count(preset)), log_gain)


def faded_if_bright(curve: Curve | LocalCurve, thumbnail: Floats) -> Curve | LocalCurve:
    """Return the curve for dark pictures, and no change for those that are bright already.

    See :func:`llcodec.nets.tone.fade_if_bright`.
    """
    with np.errstate(all="ignore"):  # of nonsensical weights
        before, after = (
            _luma(x).mean(dtype=np.float32) + np.float32(TONE_FLOOR)
            for x in (thumbnail, curve.applied(thumbnail))
        )
        share = np.clip((np.log(after / before) - FADE_BRIGHT) / (FADE_DARK - FADE_BRIGHT), 0, 1)
        return curve.scaled(share)


def _luma(x: Floats) -> Floats:
    grey: Floats = x @ np.array(LUMA_WEIGHTS, np.float32)
    return grey
