"""The graphs of the family ``fast``; see :mod:`llcodec.nets.fast` and :mod:`llcodec.nets.joint`."""

import numpy as np

from llcodec._bitstream import STRIDE
from llcodec.engine.onnx import linear_path
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.engine.onnx.pooled_branch import snr_branch
from llcodec.engine.onnx.tone import bright, exposed
from llcodec.nets.constants import ADAPTATION_GAIN
from llcodec.nets.presets import Preset


def synthesis(preset: Preset, arrays: Arrays) -> bytes:
    """Return g_s beside the linear path: ``latents`` 1×M×h×w → ``picture`` 1×16h×16w×3."""
    graph = Graph()
    layers = Layers(graph, arrays)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    half, blocks = preset.widths[0], preset.decoder_blocks or preset.blocks
    walk = _Walk(layers, "g_s.layers")
    # Divided by the typical magnitudes of latents: so are the weights.
    scale = arrays["latent_scale"][None, :, None, None]
    weight = arrays[f"{walk.next()}.weight"] / scale
    x = layers.leaky(layers.convolve(latents, weight, arrays["g_s.layers.0.bias"]))
    walk.skip()
    x = walk.upsample(walk.residuals(x, blocks[3]))
    x = walk.upsample(walk.residuals(x, blocks[2]))
    x = walk.residuals(x, blocks[1])
    if half:
        x = walk.residuals(walk.upsample(x), blocks[0])
    factor = 2 if half else 4
    x = layers.conv(walk.next(), x)
    if preset.linear_path:
        x = graph.add("Add", x, linear_path.synthesis(layers, latents, factor))
    picture = layers.to_picture(layers.shuffle(x, factor))
    graph.output("picture", picture, (1, "height", "width", 3))
    return graph.model()


def preview(preset: Preset, arrays: Arrays) -> bytes:
    """Return the means of blocks by the linear path: ``latents`` → ``picture`` 1×h×w×3."""
    graph = Graph()
    layers = Layers(graph, arrays)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    means = layers.to_picture(linear_path.block_means(layers, latents))
    graph.output("picture", means, (1, "h", "w", 3))
    return graph.model()


def hyper_analysis(preset: Preset, arrays: Arrays) -> bytes:
    """Return h_a: gained ``latents`` 1×M×h×w → ``hyper_latents`` 1×Z×h/4×w/4."""
    graph = Graph()
    layers = Layers(graph, arrays)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    weight = arrays["h_a.0.weight"] / arrays["coded_scale"][None, :, None, None]
    x = layers.leaky(layers.convolve(latents, weight, arrays["h_a.0.bias"]))
    x = layers.leaky(layers.conv("h_a.2", x, stride=2))
    x = layers.conv("h_a.4", x, stride=2)
    graph.output("hyper_latents", x, (1, preset.hyper_latents, "zh", "zw"))
    return graph.model()


def analysis(preset: Preset, arrays: Arrays, *, tone: bool, enhance: bool) -> bytes:
    """Return the analysis: ``picture`` 1×H×W×3 → ``latents`` 1×M×H/16×W/16.

    Args:
        preset: of the codec.
        arrays: its parameters.
        tone: whether the graph has the inputs of a tone curve.
        enhance: whether the SNR-aware branch takes part. Its grids are inputs.
    """
    graph = Graph()
    layers = Layers(graph, arrays)
    x = layers.to_planes(graph.input("picture", (1, "height", "width", 3)))
    if preset.snr == "robust":
        snr = layers.robust_snr(x)
    else:
        snr = layers.published_snr(x, graph.input("snr_maximum", (1,)))
    light = exposed(layers, x) if tone else x
    x_g = bright(layers, light) if tone else x
    planes = graph.add("Concat", x_g, layers.at_most(light, 2.0), snr, axis=1)
    y0 = _analysis0(layers, preset, planes)
    if enhance:
        y0 = _adapted(layers, preset, 0, y0, snr_branch(layers, 0, y0, snr, 4))
    features, y = _analysis1(layers, preset, y0)
    if preset.linear_path:
        y = graph.add("Add", y, linear_path.analysis(layers, x_g))
    if enhance:
        y = _adapted(layers, preset, 1, y, snr_branch(layers, 1, features, snr, STRIDE))
    graph.output("latents", y, (1, preset.latents, "h", "w"))
    return graph.model()


def _analysis0(layers: Layers, preset: Preset, planes: Value) -> Value:
    half, blocks = preset.widths[0], preset.blocks
    walk = _Walk(layers, "g_a0.layers")
    walk.skip()
    factor = 2 if half else 4
    x = layers.leaky(layers.conv_of_unshuffled(walk.next(), planes, factor))
    walk.skip()
    if half:
        x = walk.downsample(walk.residuals(x, blocks[0]))
    return walk.residuals(x, blocks[1])


def _analysis1(layers: Layers, preset: Preset, y0: Value) -> tuple[Value, Value]:
    """Add g_a1: features, and the residual of the latents (all of them without a linear path)."""
    walk = _Walk(layers, "g_a1.layers")
    x = walk.residuals(walk.downsample(y0), preset.blocks[2])
    features = walk.residuals(walk.downsample(x), preset.blocks[3])
    weight, bias = layers["g_a1.to_latent.weight"], layers["g_a1.to_latent.bias"]
    if preset.linear_path:
        scale = layers["latent_scale"]
        weight, bias = weight * scale[:, None, None, None], bias * scale
    return features, layers.convolve(features, weight, bias)


def _adapted(layers: Layers, preset: Preset, stage: int, y: Value, s: Value) -> Value:
    """Add a feature adaptation; see :mod:`llcodec.nets.adaptation`."""
    graph, name = layers.graph, f"f_a{stage}"
    hidden = layers.leaky(layers.conv(f"{name}.hidden.0", s))
    if not preset.scale_and_shift:
        return graph.add("Add", y, layers.conv(f"{name}.out", hidden))
    (gamma_weight, beta_weight), (gamma_bias, beta_bias) = (
        np.split(layers[f"{name}.out.{kind}"], 2) for kind in ("weight", "bias")
    )
    gain = np.float32(ADAPTATION_GAIN)
    gamma = layers.convolve(hidden, gamma_weight * gain, gamma_bias * gain)
    factor = layers.plus(graph.add("Tanh", gamma), 1.0)
    beta = layers.convolve(hidden, beta_weight, beta_bias)
    return graph.add("Add", graph.add("Mul", y, factor), beta)


class _Walk:
    """Goes through the layers of a ``Sequential``, which are named by their numbers."""

    def __init__(self, layers: Layers, name: str) -> None:
        self._layers, self._name, self._number = layers, name, 0

    def next(self) -> str:
        """Return the name of the next layer."""
        self._number += 1
        return f"{self._name}.{self._number - 1}"

    def skip(self) -> None:
        """Go past a layer without parameters."""
        self._number += 1

    def residuals(self, x: Value, count: int) -> Value:
        """Add so many residual blocks."""
        for _ in range(count):
            x = self._layers.residual(self.next(), x)
        return x

    def downsample(self, x: Value) -> Value:
        """Add a convolution with a stride of 2, and its activation."""
        out = self._layers.leaky(self._layers.conv(self.next(), x, stride=2))
        self.skip()
        return out

    def upsample(self, x: Value) -> Value:
        """Add a subpixel convolution, and its activation (before the shuffle: it is the same)."""
        out = self._layers.leaky(self._layers.conv(f"{self.next()}.0", x))
        self.skip()
        return self._layers.shuffle(out)
