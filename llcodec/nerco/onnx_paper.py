"""The published NeRCo as ONNX graphs; see :mod:`llcodec.nerco.model`.

Its statistics are those of what it sees, so that a picture is taken at once. The MLP, which sees
pixel by pixel, has a graph of its own and takes bands of rows: its hidden layers are large.
"""

import numpy as np

from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.nerco.onnx_layers import cam_weights, pixel_mlp
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches

_EPSILON = 1e-5  # of instance normalisations


def extractor(preset: NercoPreset, arrays: Arrays) -> bytes:
    """Return E: ``picture`` 1×H×W×3 in [0, 1] → ``features`` 1×C×H×W."""
    graph = Graph()
    layers = Layers(graph, arrays)
    x = _signed(layers, graph.input("picture", (1, "height", "width", 3)))
    features = _trunk(layers, "nrn.extractor", x, preset.extractor_blocks)
    graph.output("features", features, (1, preset.features, "height", "width"))
    return graph.model()


def mlp(preset: NercoPreset, arrays: Arrays) -> bytes:
    """Return F_MLP: ``features`` 1×C×h'×W of a band of rows → ``normalised`` 1×3×h×W.

    See :func:`llcodec.nerco.onnx_layers.pixel_mlp` for its further inputs.
    """
    graph = Graph()
    layers = Layers(graph, arrays)
    features = graph.input("features", (1, preset.features, "padded", "width"))
    normalised = pixel_mlp(layers, preset, features, leaky=False)
    graph.output("normalised", normalised, (1, 3, "height", "width"))
    return graph.model()


def generator(preset: NercoPreset, switches: NercoSwitches, arrays: Arrays) -> bytes:
    """Return ME and G_H: ``picture`` 1×H×W×3 in [0, 1] → ``bright``, the same.

    With NRN, I_NR is the further input ``normalised``, 1×3×H×W.
    """
    graph = Graph()
    layers = Layers(graph, arrays)
    x = _signed(layers, graph.input("picture", (1, "height", "width", 3)))
    normalised = x
    if switches.normalisation:
        normalised = graph.input("normalised", (1, 3, "height", "width"))
    planes = graph.add("Concat", x, normalised, axis=1)
    if switches.cooperation:
        planes = graph.add("Mul", planes, _attention(layers, preset, x))
    trunk = _trunk(layers, "g_h.net.layers.0", planes, preset.enhancer_blocks)
    last = layers.conv("g_h.net.layers.2", _mirrored(layers, trunk, 3), pad=(0, 0))
    bright = layers.plus(layers.scaled(graph.add("Tanh", last), 0.5), 0.5)
    graph.output("bright", layers.to_picture(bright), (1, "height", "width", 3))
    return graph.model()


def _signed(layers: Layers, picture: Value) -> Value:
    """Return 1×H×W×3 in [0, 1] as planes in [−1, 1]."""
    return layers.plus(layers.scaled(layers.to_planes(picture), 2.0), -1.0)


def _attention(layers: Layers, preset: NercoPreset, x: Value) -> Value:
    """Add I_A, 1×1×H×W."""
    graph = layers.graph
    features = _stem(layers, "me.features", x)
    features = _blocks(layers, "me.features", 4, features, preset.mask_blocks)
    features = _mirrored(layers, features, 3)
    weighted = graph.add("Mul", features, cam_weights(layers, features))
    planes = [graph.add(f"Reduce{kind}", weighted, axes=(1,)) for kind in ("Mean", "Max")]
    both = graph.add("Concat", *planes, axis=1)
    return graph.add("Sigmoid", layers.conv("me.cam.to_map", both, pad=(0, 0)))


def _trunk(layers: Layers, name: str, x: Value, blocks: int) -> Value:
    """Add the ResNet; see :func:`llcodec.nerco.resnet.resnet_trunk`."""
    x = _stem(layers, name, x)
    for number in (4, 7):
        wide = layers.conv(f"{name}.{number}", x, stride=2)
        x = layers.relu(_normed(layers, wide, len(layers[f"{name}.{number}.bias"])))
    x = _blocks(layers, name, 10, x, blocks)
    for number in (10 + blocks, 13 + blocks):
        large = _upsampled(layers, f"{name}.{number}", x)
        x = layers.relu(_normed(layers, large, len(layers[f"{name}.{number}.bias"])))
    return x


def _stem(layers: Layers, name: str, x: Value) -> Value:
    wide = layers.conv(f"{name}.1", _mirrored(layers, x, 3), pad=(0, 0))
    return layers.relu(_normed(layers, wide, len(layers[f"{name}.1.bias"])))


def _blocks(layers: Layers, name: str, first: int, x: Value, count: int) -> Value:
    """Add residual blocks that are numbered from ``first``."""
    for number in range(first, first + count):
        inner = x
        for layer in (1, 5):
            conv = f"{name}.{number}.layers.{layer}"
            inner = layers.conv(conv, _mirrored(layers, inner, 1), pad=(0, 0))
            inner = _normed(layers, inner, len(layers[f"{conv}.bias"]))
            inner = layers.relu(inner) if layer == 1 else inner
        x = layers.graph.add("Add", x, inner)
    return x


def _mirrored(layers: Layers, x: Value, margin: int) -> Value:
    return layers.padded(x, (margin,) * 4, "reflect")


def _normed(layers: Layers, x: Value, channels: int) -> Value:
    """Normalise every plane by its own mean and deviation."""
    one, zero = (layers.graph.constant(np.full(channels, v, np.float32)) for v in (1, 0))
    return layers.graph.add("InstanceNormalization", x, one, zero, epsilon=_EPSILON)


def _upsampled(layers: Layers, name: str, x: Value) -> Value:
    """Add a transposed convolution that doubles the size."""
    weight, bias = (layers.graph.constant(layers[f"{name}.{kind}"]) for kind in ("weight", "bias"))
    return layers.graph.add(
        "ConvTranspose",
        x,
        weight,
        bias,
        kernel_shape=(3, 3),
        strides=(2, 2),
        pads=(1, 1, 1, 1),
        output_padding=(1, 1),
    )
