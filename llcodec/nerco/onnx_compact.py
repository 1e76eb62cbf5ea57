"""The compact NeRCo as one ONNX graph; see :mod:`llcodec.nerco.model`.

Pictures are in [0, 1] here. With the margin m = 1/1024 their log-odds are ½·ln(q / (1 − q)) of
q = m + (1 − 2m)·p.
"""

from typing import Final

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.nerco.constants import (
    LEAST_ATTENTION,
    LEAST_DEVIATION,
    MARGIN,
    SHARPEST,
    SMOOTHER,
    SMOOTHINGS,
)
from llcodec.nerco.onnx_layers import cam_weights, pixel_mlp
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches

CODE_CONVOLUTIONS: Final = (0, 2, 4, 6)
"""The numbers of the convolutions of the network that computes the code."""

_INSIDE = 1 - 2 * MARGIN
_LARGEST = float(np.arctanh(_INSIDE))  # log-odds of white
_SURE = 40.0  # a difference of logits at which the smaller one has no share in float32


def overview_inputs(overview: Floats) -> dict[str, Floats]:
    """Return what the graph knows of the whole picture, from its overview h×w×3 in [0, 1]."""
    share = np.float32(MARGIN) + np.float32(_INSIDE) * overview.transpose(2, 0, 1)
    u = np.log(share / (1 - share)) / 2
    mean, variance = u.mean((1, 2)), u.var((1, 2))
    deviation = np.sqrt(variance + np.float32(LEAST_DEVIATION**2))
    return {
        "overview": np.ascontiguousarray(u)[None],
        "mean": mean.reshape(1, 3, 1, 1),
        "deviation": deviation.reshape(1, 3, 1, 1),
        "statistics": np.concatenate((mean, u.std((1, 2), ddof=1)))[None],
    }


def network(preset: NercoPreset, switches: NercoSwitches, arrays: Arrays) -> bytes:
    """Return the network: ``picture`` 1×H×W×3 → ``bright``, the same; sides are multiples of 4.

    Further inputs are those of :func:`overview_inputs` and, with NRN, those of
    :func:`llcodec.nerco.onnx_layers.encoded`.
    """
    graph = Graph()
    layers = Layers(graph, arrays)
    x = layers.to_planes(graph.input("picture", (1, "height", "width", 3)))
    whole = _Whole(layers)
    u = _log_odds(layers, x)
    white = whole.whitened(u)
    normalised = white
    if switches.normalisation:
        redrawn = pixel_mlp(layers, preset, _extracted(layers, preset, white), leaky=True)
        limited = layers.at_most(layers.at_least(redrawn, -_LARGEST), _LARGEST)
        normalised = whole.whitened(limited)
    planes = graph.add("Concat", white, normalised, axis=1)
    if switches.cooperation:
        planes = graph.add("Mul", planes, _weights(layers, preset, whole, (white, u)))
    bright = _brightened(layers, preset, whole, x, planes)
    graph.output("bright", layers.to_picture(bright), (1, "height", "width", 3))
    return graph.model()


class _Whole:
    """What is known of the whole picture."""

    def __init__(self, layers: Layers) -> None:
        graph = layers.graph
        self._graph = graph
        self.log_odds = graph.input("overview", (1, 3, "overview height", "overview width"))
        self.mean = graph.input("mean", (1, 3, 1, 1))
        self._deviation = graph.input("deviation", (1, 3, 1, 1))
        self.statistics = graph.input("statistics", (1, 6))

    def whitened(self, u: Value) -> Value:
        """Return log-odds rid of exposure, cast and contrast."""
        return self._graph.add("Div", self._graph.add("Sub", u, self.mean), self._deviation)


def _log_odds(layers: Layers, x: Value) -> Value:
    """Return the log-odds of values in [0, 1]."""
    share = layers.plus(layers.scaled(x, _INSIDE), MARGIN)
    rest = layers.plus(layers.scaled(x, -_INSIDE), 1 - MARGIN)
    return layers.scaled(layers.graph.add("Log", layers.graph.add("Div", share, rest)), 0.5)


def _extracted(layers: Layers, preset: NercoPreset, white: Value) -> Value:
    """Add the features of every pixel, computed at a quarter of the size."""
    x = layers.leaky(layers.conv_of_unshuffled("nrn.extractor.1", white, 4))
    for number in range(preset.extractor_blocks):
        x = layers.residual(f"nrn.extractor.{3 + number}", x)
    last = layers.conv(f"nrn.extractor.{3 + preset.extractor_blocks}", x)
    return layers.shuffle(layers.leaky(last), 4)


def _weights(
    layers: Layers, preset: NercoPreset, whole: _Whole, of_piece: tuple[Value, Value]
) -> Value:
    """Add I_A relative to its mean over the whole picture, 1×1×H×W."""
    graph = layers.graph
    of_overview = whole.whitened(whole.log_odds), whole.log_odds
    features, theirs = (_mask_features(layers, preset, p) for p in (of_piece, of_overview))
    channels = cam_weights(layers, theirs)
    attention, over_all = (_attention(layers, f, channels) for f in (features, theirs))
    mean = graph.add("GlobalAveragePool", over_all)
    return graph.add("Div", attention, layers.at_least(mean, LEAST_ATTENTION))


def _mask_features(layers: Layers, preset: NercoPreset, planes: tuple[Value, Value]) -> Value:
    both = layers.graph.add("Concat", *planes, axis=1)
    x = layers.leaky(layers.conv_of_unshuffled("me.features.1", both, 4))
    for number in range(preset.mask_blocks):
        x = layers.residual(f"me.features.{3 + number}", x)
    return x


def _attention(layers: Layers, features: Value, channels: Value) -> Value:
    graph = layers.graph
    weighted = graph.add("Mul", features, channels)
    planes = [graph.add(f"Reduce{kind}", weighted, axes=(1,)) for kind in ("Mean", "Max")]
    flat = layers.conv("me.cam.to_map.0", graph.add("Concat", *planes, axis=1))
    return graph.add("Sigmoid", _enlarged(layers, flat, 4))


def _enlarged(layers: Layers, x: Value, factor: int) -> Value:
    """Enlarge planes smoothly."""
    scales = layers.graph.floats(1, 1, factor, factor)
    return layers.graph.add("Resize", x, "", scales, mode="linear")


def _brightened(
    layers: Layers, preset: NercoPreset, whole: _Whole, x: Value, planes: Value
) -> Value:
    """Add the generator: values 1×3×H×W in [0, 1], from what the local part sees."""
    graph, name = layers.graph, "g_h.net"
    code = _code(layers, whole)
    fine = layers.leaky(layers.conv_of_unshuffled(f"{name}.head.1", planes, 2))
    features = layers.leaky(layers.conv(f"{name}.down.0", fine, stride=2))
    for number in range(preset.enhancer_blocks):
        features = _coded_block(layers, f"{name}.body.{number}", features, code)
    up = _enlarged(layers, layers.conv(f"{name}.up.0", features), 2)
    inner = layers.leaky(graph.add("Add", up, fine))
    inner = layers.leaky(layers.conv(f"{name}.tail.1", inner))
    weight, bias = (_differences(layers[f"{name}.tail.3.{kind}"]) for kind in ("weight", "bias"))
    local = _enlarged(layers, layers.convolve(inner, weight, bias), 2)
    shift, *logits = graph.split("Split", 3, local, axis=1)
    start = layers.at_least(layers.scaled(graph.add("ReduceMean", whole.mean), -1.0), 0.0)
    every = graph.add("Reshape", layers.linear(f"{name}.global_shift", code), _per_plane(graph))
    shift = graph.add("Add", shift, graph.add("Add", every, start))
    bright = graph.add("Add", _log_odds(layers, _mixture(layers, x, logits, start)), shift)
    # tanh(v) = 2·σ(2v) − 1
    share = layers.plus(graph.add("Sigmoid", layers.scaled(bright, 2.0)), -0.5)
    out = layers.plus(layers.scaled(share, 1 / _INSIDE), 0.5)
    return layers.at_most(layers.at_least(out, 0.0), 1.0)


def _differences(values: Floats) -> Floats:
    """Return the rows of the shift, and of logits less those of the picture as it is."""
    shift, first, *others = np.split(values, 1 + len(SMOOTHINGS))
    return np.concatenate((shift, *(other - first for other in others)))


def _code(layers: Layers, whole: _Whole) -> Value:
    """Add the learned description of the whole picture, 1×64."""
    graph, x = layers.graph, whole.log_odds
    for number in CODE_CONVOLUTIONS:
        x = layers.leaky(layers.conv(f"g_h.net.code.features.{number}", x, stride=2))
    pooled = graph.add("GlobalAveragePool", x), graph.add("GlobalMaxPool", x)
    flat = [graph.add("Flatten", part) for part in pooled]
    known = graph.add("Concat", *flat, whole.statistics, axis=1)
    return layers.leaky(layers.linear("g_h.net.code.head.0", known))


def _coded_block(layers: Layers, name: str, x: Value, code: Value) -> Value:
    """Add x + conv2(act(conv1(x)·(1 + scale) + shift))."""
    graph = layers.graph
    both = layers.linear(f"{name}.scale_and_shift", code)
    scale, shift = (
        graph.add("Reshape", part, _per_plane(graph))
        for part in graph.split("Split", 2, both, axis=1)
    )
    inner = layers.conv(f"{name}.block.conv1", x)
    inner = graph.add("Add", graph.add("Mul", inner, layers.plus(scale, 1.0)), shift)
    return graph.add("Add", x, layers.conv(f"{name}.block.conv2", layers.leaky(inner)))


def _per_plane(graph: Graph) -> Value:
    return graph.integers(1, -1, 1, 1)


def _mixture(layers: Layers, x: Value, logits: list[Value], start: Value) -> Value:
    """Add the mixture of smoothed versions of x; logits are less that of x itself."""
    graph, (sharpest, *_), (smoother, *_) = layers.graph, SHARPEST, SMOOTHER
    total, shares = x, layers.graph.floats(1.0)
    for learned, side, sharp, smooth in zip(
        logits, SMOOTHINGS[1:], SHARPEST[1:], SMOOTHER[1:], strict=True
    ):
        rule = layers.plus(layers.scaled(start, smooth - smoother), sharp - sharpest)
        share = graph.add("Exp", layers.at_most(graph.add("Add", learned, rule), _SURE))
        total = graph.add("Add", total, graph.add("Mul", share, _averaged(graph, x, side)))
        shares = graph.add("Add", shares, share)
    return graph.add("Div", total, shares)


def _averaged(graph: Graph, x: Value, side: int) -> Value:
    """Return the mean over squares of pixels, those beyond the border left out."""
    half = side // 2
    rows = graph.add("AveragePool", x, kernel_shape=(side, 1), pads=(half, 0, half, 0))
    return graph.add("AveragePool", rows, kernel_shape=(1, side), pads=(0, half, 0, half))
