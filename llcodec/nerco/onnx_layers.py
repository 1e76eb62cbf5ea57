"""Layers that both families of NeRCo have, for ONNX graphs."""

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers
from llcodec.nerco.constants import HIDDEN_LAYERS
from llcodec.nerco.presets import NercoPreset


def encoded(at: Floats, frequencies: int) -> Floats:
    """Return γ of coordinates, L×2F: sines of all frequencies, then cosines (Eq. 3)."""
    angles = at[:, None] * (np.float32(np.pi) * 2 ** np.arange(frequencies, dtype=np.float32))
    return np.concatenate((np.sin(angles), np.cos(angles)), 1)


def pixel_mlp(layers: Layers, preset: NercoPreset, features: Value, *, leaky: bool) -> Value:
    """Add F_MLP of features 1×C×H'×W → 1×3×H×W; see :class:`llcodec.nerco.normalisation.PixelMlp`.

    Its inputs ``rows`` and ``columns`` are what :func:`encoded` returns. Features have as many
    more rows as the neighbourhood of a pixel needs; columns are padded with zeros here.
    """
    graph, name, reach = layers.graph, "nrn.mlp", preset.neighbourhood // 2
    encoding = 2 * preset.frequencies
    rows, columns = (
        layers.linear(f"{name}.from_{axis}", graph.input(axis, (length, encoding)))
        for axis, length in (("rows", "height"), ("columns", "width"))
    )
    down = graph.add("Unsqueeze", graph.add("Transpose", rows, perm=(1, 0)), graph.integers(0, 3))
    along = graph.add(
        "Unsqueeze", graph.add("Transpose", columns, perm=(1, 0)), graph.integers(0, 2)
    )
    hidden = layers.conv(f"{name}.from_features", features, pad=(0, reach))
    hidden = graph.add("Add", graph.add("Add", hidden, down), along)
    for number in range(HIDDEN_LAYERS):
        activated = layers.leaky(hidden) if leaky else layers.relu(hidden)
        hidden = layers.conv(f"{name}.layers.{1 + 2 * number}", activated)
    return hidden


def cam_weights(layers: Layers, features: Value) -> Value:
    """Add the weights of CAM's channels, 1×C×1×1, from features of the whole picture."""
    graph = layers.graph
    pooled = graph.add("GlobalAveragePool", features), graph.add("GlobalMaxPool", features)
    x = layers.relu(layers.conv("me.cam.weigh.0", graph.add("Concat", *pooled, axis=1)))
    return layers.conv("me.cam.weigh.3", layers.conv("me.cam.weigh.2", x))
