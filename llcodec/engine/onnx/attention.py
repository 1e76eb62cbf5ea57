"""Self-attention that never holds all scores in memory."""

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers


def self_attention(
    layers: Layers,
    tokens: Value,
    weight: Floats,
    heads: int,
    bias: Value,
    keep: Value | None = None,
) -> Value:
    """Add multi-head self-attention, without what precedes and follows it: 1×L×D → 1×L×I.

    The bias of the keys is one more element of each, which meets a one of every query: without a
    matrix of biases, ONNX Runtime never has all scores in memory.

    Args:
        layers: where to add it.
        tokens: the normalised tokens.
        weight: of queries, keys and values, one after the other: 3I×D.
        heads: how many.
        bias: 1×L×1, added to the scores of each key.
        keep: 1×L×1, what keys are multiplied by before.
    """
    graph, inner = layers.graph, len(weight) // 3
    queries, keys, values = np.split(weight, 3)
    extra = np.zeros((heads, inner // heads + 1), np.float32)
    extra[:, -1] = 1
    scale = (inner // heads) ** -0.5
    key = layers.affine(tokens, _widened(keys, heads))
    if keep is not None:
        key = graph.add("Mul", key, keep)
    return graph.add(
        "com.microsoft.MultiHeadAttention",
        layers.affine(tokens, _widened(queries * np.float32(scale), heads), extra.ravel()),
        graph.add("Add", key, graph.add("Mul", bias, graph.constant(extra.reshape(1, 1, -1)))),
        layers.affine(tokens, values),
        num_heads=heads,
        scale=1.0,
    )


def _widened(weight: Floats, heads: int) -> Floats:
    """Return the weights of heads with one more output each, which is zero."""
    split = weight.reshape(heads, -1, weight.shape[1])
    return np.pad(split, ((0, 0), (0, 1), (0, 0))).reshape(-1, weight.shape[1])
