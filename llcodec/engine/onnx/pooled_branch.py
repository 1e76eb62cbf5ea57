"""The SNR-aware branch with pooled attention; see :mod:`llcodec.nets.attention`.

Pooling over a grid and enlarging again are products with small matrices, which are inputs: ONNX has
no adaptive pooling for sizes that a graph does not know.
"""

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import STRIDE
from llcodec.engine.onnx.attention import self_attention
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Layers
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


def snr_branch(layers: Layers, stage: int, y: Value, snr: Value) -> Value:
    """Add one stage of the SNR-aware branch: features 1×C×H×W → 1×K×H×W.

    ``snr`` is the map of the window; the features of stage 0 are at a quarter of its size, those
    of stage 1 at a sixteenth.
    """
    graph, name = layers.graph, f"snr_branch{stage}"
    stride = STRIDE if stage else STRIDE // 4
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
    weight = graph.add("Reshape", grid.pool(snr), graph.integers(1, -1, 1))
    attended = _attend(layers, name, layers.layer_norm(f"{name}.norm", tokens), weight)
    tokens = graph.add("Add", tokens, attended)
    inner = layers.linear(f"{name}.ffn.1", layers.layer_norm(f"{name}.ffn.0", tokens))
    tokens = graph.add("Add", tokens, layers.linear(f"{name}.ffn.3", layers.leaky(inner)))
    back = graph.add("Transpose", tokens, perm=(0, 2, 1))
    return grid.spread(graph.add("Reshape", back, graph.add("Shape", pooled)))


def _attend(layers: Layers, name: str, tokens: Value, weight: Value) -> Value:
    bias = layers.graph.add("Log", layers.plus(weight, LEAST_WEIGHT))
    mixed = self_attention(layers, tokens, layers[f"{name}.qkv.weight"], ATTENTION_HEADS, bias)
    return layers.linear(f"{name}.out", mixed)
