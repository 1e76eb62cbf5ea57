"""The SNR-aware branch with pooled attention; see :mod:`llcodec.nets.attention`.

Pooling over a grid and enlarging again are products with small matrices, which are inputs: ONNX has
no adaptive pooling for sizes that a graph does not know.
"""

import numpy as np

from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Floats, Layers
from llcodec.nets.constants import ATTENTION_HEADS, LEAST_WEIGHT
from llcodec.nets.grid import attention_grid


def grid_inputs(stage: int, height: int, width: int) -> dict[str, Floats]:
    """Return the matrices of a stage whose features are H×W, by the names of the graph's inputs."""
    rows, columns = attention_grid(height, width)
    return {
        f"pool_rows{stage}": _pooling(height, rows),
        f"pool_columns{stage}": np.ascontiguousarray(_pooling(width, columns).T),
        f"spread_rows{stage}": _spreading(rows, height),
        f"spread_columns{stage}": np.ascontiguousarray(_spreading(columns, width).T),
    }


def _pooling(length: int, cells: int) -> Floats:
    """Return the cells×length matrix of adaptive average pooling: cells may overlap."""
    matrix = np.zeros((cells, length), np.float32)
    for cell in range(cells):
        start, stop = cell * length // cells, -(-(cell + 1) * length // cells)
        matrix[cell, start:stop] = 1 / (stop - start)
    return matrix


def _spreading(cells: int, length: int) -> Floats:
    """Return the length×cells matrix of linear interpolation between the middles of cells."""
    at = np.maximum((np.arange(length) + 0.5) * (cells / length) - 0.5, 0)
    low = np.minimum(at.astype(np.int64), cells - 1)
    high = np.minimum(low + 1, cells - 1)
    share = (at - low).astype(np.float32)
    matrix = np.zeros((length, cells), np.float32)
    index = np.arange(length)
    matrix[index, low] = 1 - share
    matrix[index, high] += share
    return matrix


class _Grid:
    """The inputs of one stage that pool to its grid, and spread from it."""

    def __init__(self, graph: Graph, stage: int) -> None:
        self._graph = graph
        height, width, rows, columns = (f"{n}{stage}" for n in ("h", "w", "rows", "columns"))
        self._pool_rows = graph.input(f"pool_rows{stage}", (rows, height))
        self._pool_columns = graph.input(f"pool_columns{stage}", (width, columns))
        self._spread_rows = graph.input(f"spread_rows{stage}", (height, rows))
        self._spread_columns = graph.input(f"spread_columns{stage}", (columns, width))

    def pool(self, x: Value) -> Value:
        """Return the means over the cells."""
        return self._product(self._pool_rows, x, self._pool_columns)

    def spread(self, x: Value) -> Value:
        """Return the cells, enlarged smoothly."""
        return self._product(self._spread_rows, x, self._spread_columns)

    def _product(self, left: Value, x: Value, right: Value) -> Value:
        return self._graph.add("MatMul", left, self._graph.add("MatMul", x, right))


def snr_branch(layers: Layers, stage: int, y: Value, snr: Value, stride: int) -> Value:
    """Add one stage of the SNR-aware branch: features 1×C×H×W → 1×K×H×W.

    ``snr`` is the map of the whole picture, ``stride`` pixels of which are one of ``y``.
    """
    graph, name = layers.graph, f"snr_branch{stage}"
    m = graph.add("AveragePool", snr, kernel_shape=(stride, stride), strides=(stride, stride))
    reduced = layers.conv(f"{name}.reduce", y)
    far = _pooled_attention(layers, f"{name}.nonlocal_", _Grid(graph, stage), reduced, m)
    near = layers.residual(f"{name}.local.1", layers.conv(f"{name}.local.0", y))
    # near · m + far · (1 − m)
    return graph.add("Add", far, graph.add("Mul", graph.add("Sub", near, far), m))


def _pooled_attention(layers: Layers, name: str, grid: _Grid, x: Value, snr: Value) -> Value:
    graph, channels = layers.graph, len(layers[f"{name}.norm.weight"])
    pooled = grid.pool(x)
    flat = graph.add("Reshape", pooled, graph.integers(1, channels, -1))
    tokens = graph.add("Transpose", flat, perm=(0, 2, 1))
    weight = graph.add("Reshape", grid.pool(snr), graph.integers(1, 1, 1, -1))
    attended = _attend(layers, name, layers.layer_norm(f"{name}.norm", tokens), weight)
    tokens = graph.add("Add", tokens, attended)
    inner = layers.linear(f"{name}.ffn.1", layers.layer_norm(f"{name}.ffn.0", tokens))
    tokens = graph.add("Add", tokens, layers.linear(f"{name}.ffn.3", layers.leaky(inner)))
    back = graph.add("Transpose", tokens, perm=(0, 2, 1))
    return grid.spread(graph.add("Reshape", back, graph.add("Shape", pooled)))


def _attend(layers: Layers, name: str, tokens: Value, weight: Value) -> Value:
    graph = layers.graph
    queries, keys, values = np.split(layers[f"{name}.qkv.weight"], 3)
    width = len(queries) // ATTENTION_HEADS
    bias = graph.add("Log", layers.plus(weight, LEAST_WEIGHT))
    mixed = attention(layers, tokens, (queries, keys, values), (ATTENTION_HEADS, width), bias)
    return layers.linear(f"{name}.out", mixed)


def attention(
    layers: Layers,
    tokens: Value,
    weights: tuple[Floats, Floats, Floats],
    heads: tuple[int, int],
    bias: Value,
    keep: Value | None = None,
) -> Value:
    """Add multi-head attention of tokens 1×L×D, without what follows it: 1×L×heads·width.

    Args:
        layers: where to add it.
        tokens: the normalised tokens.
        weights: of queries, keys and values.
        heads: how many, and the width of each.
        bias: 1×1×1×L, added to the scores of each key.
        keep: 1×1×1×L, what keys are multiplied by.
    """
    graph, (count, width) = layers.graph, heads
    scale = np.float32(width**-0.5)
    orders = ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3))
    parts = []
    for weight, order in zip((weights[0] * scale, *weights[1:]), orders, strict=True):
        wide = graph.add(
            "Reshape", layers.affine(tokens, weight), graph.integers(0, 0, count, width)
        )
        parts.append(graph.add("Transpose", wide, perm=order))
    queries, keys, values = parts
    if keep is not None:
        keys = graph.add("Mul", keys, keep)
    scores = graph.add("Add", graph.add("MatMul", queries, keys), bias)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), values)
    back = graph.add("Transpose", mixed, perm=(0, 2, 1, 3))
    return graph.add("Reshape", back, graph.integers(0, 0, count * width))
