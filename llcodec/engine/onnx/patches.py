"""The published attention over patches; see :mod:`llcodec.nets.snr_transformer`."""

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx.attention import self_attention
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers
from llcodec.nets.constants import MASKED_SCORE, PATCH, PATCH_NORM_EPS, SNR_THRESHOLD

_BOTH = ("weight", "bias")


def every_nth(layers: Layers, m: Value, stride: int) -> Value:
    """Return the top left position of each block of 1×1×H×W."""
    graph = layers.graph
    ends = graph.integers(0, 0), graph.integers(2**31, 2**31)
    return graph.add("Slice", m, *ends, graph.integers(2, 3), graph.integers(stride, stride))


def patch_transformer(
    layers: Layers, name: str, x: Value, m: Value, depth: int, heads: int
) -> Value:
    """Add the transformer layers: 1×K×H×W and a map 1×1×H×W → 1×K×H×W.

    H and W are multiples of 4. A token has the pixels of a patch in the order of ONNX, not in that
    of PyTorch; the weights are put in that order.
    """
    graph = layers.graph
    patches = graph.add("SpaceToDepth", x, blocksize=PATCH)
    tokens = _tokens(layers, patches)
    means = graph.add("AveragePool", m, kernel_shape=(PATCH, PATCH), strides=(PATCH, PATCH))
    seen = graph.add("Greater", _tokens(layers, means), graph.floats(SNR_THRESHOLD))
    keep = graph.add("Cast", seen, to=1)  # TensorProto.FLOAT
    bias = layers.scaled(layers.plus(keep, -1.0), -MASKED_SCORE)
    for number in range(depth):
        attention, ffn = f"{name}.attention.{number}", f"{name}.ffn.{number}"
        weight = _ordered(layers[f"{attention}.qkv.weight"], 1)
        normed = _norm(layers, f"{attention}.norm", tokens)
        mixed = self_attention(layers, normed, weight, heads, bias, keep)
        out = layers.affine(mixed, _ordered(layers[f"{attention}.out.weight"], 0))
        tokens = graph.add("Add", tokens, out)
        inner = _norm(layers, f"{ffn}.0", tokens)
        weight, bias_before = _ordered(layers[f"{ffn}.1.weight"], 1), layers[f"{ffn}.1.bias"]
        inner = layers.relu(layers.affine(inner, weight, bias_before))
        weight, bias_after = (_ordered(layers[f"{ffn}.3.{kind}"], 0) for kind in _BOTH)
        tokens = graph.add("Add", tokens, layers.affine(inner, weight, bias_after))
    back = graph.add("Transpose", tokens, perm=(0, 2, 1))
    folded = graph.add("Reshape", back, graph.add("Shape", patches))
    return graph.add("DepthToSpace", folded, blocksize=PATCH, mode="DCR")


def _tokens(layers: Layers, planes: Value) -> Value:
    """Return 1×D×h×w as 1×L×D."""
    graph = layers.graph
    last = graph.add("Transpose", planes, perm=(0, 2, 3, 1))
    shape = graph.add("Shape", planes)
    depth = graph.add("Slice", shape, graph.integers(1), graph.integers(2))
    flat = graph.add("Concat", graph.integers(1, -1), depth, axis=0)
    return graph.add("Reshape", last, flat)


def _norm(layers: Layers, name: str, tokens: Value) -> Value:
    graph = layers.graph
    weight, bias = (graph.constant(_ordered(layers[f"{name}.{kind}"], 0)) for kind in _BOTH)
    return graph.add("LayerNormalization", tokens, weight, bias, axis=-1, epsilon=PATCH_NORM_EPS)


def _ordered(values: Floats, axis: int) -> Floats:
    """Return weights with an axis of channels×4×4 elements as 4×4×channels."""
    order = np.arange(values.shape[axis]).reshape(-1, PATCH**2).T.ravel()
    return values.take(order, axis)
