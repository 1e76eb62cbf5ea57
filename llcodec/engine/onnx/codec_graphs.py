"""The graphs of a codec; see :mod:`llcodec.nets.joint`."""

from typing import Literal

import numpy as np

from llcodec.engine.onnx import cheng, fast, linear_path, local_tone, tone
from llcodec.engine.onnx.cores import cut_inputs, cut_output
from llcodec.engine.onnx.differentiable import DifferentiableLayers
from llcodec.engine.onnx.family import Family
from llcodec.engine.onnx.graph import Array, Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.engine.protocol import Core
from llcodec.nets.constants import ADAPTATION_GAIN
from llcodec.nets.presets import Preset

_BRIGHTEST = 2.0  # of the picture at a normalised exposure

ToneKind = Literal["none", "global", "local"]
"""Whether the analysis has the inputs of a tone curve, and of which kind."""


def family_of(preset: Preset) -> Family:
    """Return the family of a preset."""
    return fast.FAMILY if preset.family == "fast" else cheng.FAMILY


def synthesis(preset: Preset, arrays: Arrays, *, half: bool = False) -> bytes:
    """Return g_s and the linear path: ``latents`` 1×M×h×w → ``picture`` 1×16h×16w×3 of a core.

    Which core is what further inputs say (:func:`synthesis_inputs`). ``half`` is as for
    :class:`llcodec.engine.onnx.graph.Graph`.
    """
    graph, family = Graph(half=half), family_of(preset)
    layers, factor = Layers(graph, arrays), family.factor(preset)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    x = cut_output(layers, family.synthesis(layers, preset, latents))
    if preset.linear_path:
        x = layers.sum(x, linear_path.synthesis(layers, latents, factor))
    picture = layers.to_picture(layers.shuffle(x, factor))
    graph.output("picture", picture, (1, "height", "width", 3))
    return graph.model()


def synthesis_gradient(preset: Preset, arrays: Arrays) -> bytes:
    """Return the gradient of the error of what :func:`synthesis` computes, for the family ``fast``.

    Of ``latents``, a ``target`` 1×16h×16w×3 and the ``weight`` of each pixel's error, 1×1×16h×16w,
    the graph makes the ``gradient`` 1×M×h×w of the sum of squared errors, and this ``error``.
    """
    graph, family = Graph(), family_of(preset)
    layers, factor = DifferentiableLayers(graph, arrays), family.factor(preset)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    x = family.synthesis(layers, preset, latents)
    if preset.linear_path:
        x = layers.sum(x, linear_path.synthesis(layers, latents, factor))
    picture = layers.shuffle(x, factor)
    target = layers.to_planes(graph.input("target", (1, "height", "width", 3)))
    weight = graph.input("weight", (1, 1, "height", "width"))
    error = graph.add("Mul", graph.add("Sub", picture, target), weight)
    gradient = layers.gradient(picture, layers.scaled(error, 2.0), latents)
    graph.output("gradient", gradient, (1, preset.latents, "h", "w"))
    graph.output("error", graph.add("ReduceSumSquare", error), (1, 1, 1, 1))
    return graph.model()


def synthesis_inputs(preset: Preset, core: Core, size: tuple[int, int]) -> dict[str, Array]:
    """Return the inputs of :func:`synthesis` for a core of h×w latents, beside the latents."""
    family = family_of(preset)
    reaches, factor = family.reaches(preset), family.factor(preset)
    return cut_inputs(core, size, reaches, factor, linear=preset.linear_path)


def preview(preset: Preset, arrays: Arrays, side: int = 1) -> bytes:
    """Return the means of blocks by the linear path: ``latents`` → ``picture`` 1×s·h×s·w×3."""
    graph = Graph()
    layers = Layers(graph, arrays)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    means = layers.to_picture(linear_path.block_means(layers, latents, side))
    graph.output("picture", means, (1, "height", "width", 3))
    return graph.model()


def hyper_analysis(preset: Preset, arrays: Arrays) -> bytes:
    """Return h_a: gained ``latents`` 1×M×h×w → ``hyper_latents`` 1×Z×h/4×w/4."""
    graph = Graph()
    layers = Layers(graph, arrays)
    latents = graph.input("latents", (1, preset.latents, "h", "w"))
    z = family_of(preset).hyper_analysis(layers, preset, latents)
    graph.output("hyper_latents", z, (1, preset.hyper_latents, "zh", "zw"))
    return graph.model()


def analysis(preset: Preset, arrays: Arrays, *, curve: ToneKind, enhance: bool) -> bytes:
    """Return the analysis: ``picture`` 1×H×W×3 → ``latents`` 1×M×H/16×W/16.

    Args:
        preset: of the codec.
        arrays: its parameters.
        curve: whether the graph has the inputs of a global tone curve
            (:meth:`llcodec.engine.onnx.tone.Curve.inputs`), of a local one
            (:meth:`llcodec.engine.onnx.local_tone.LocalCurve.inputs`), or of none.
        enhance: whether the SNR-aware branch takes part, which has further inputs
            (:attr:`llcodec.engine.onnx.family.Family.branch_inputs`).
    """
    graph, family = Graph(), family_of(preset)
    layers = Layers(graph, arrays)
    x = layers.to_planes(graph.input("picture", (1, "height", "width", 3)))
    if preset.snr == "robust":
        snr = layers.robust_snr(x)
    else:
        snr = layers.published_snr(x, graph.input("snr_maximum", (1,)))
    light = x_g = x
    if curve != "none":
        kind = local_tone if curve == "local" else tone
        light = kind.exposed(layers, x)
        x_g = kind.bright(layers, light)
    planes = x
    if preset.family == "fast":
        planes = graph.add("Concat", x_g, layers.at_most(light, _BRIGHTEST), snr, axis=1)
    y0 = family.analysis0(layers, preset, planes)
    if enhance:
        y0 = _adapted(layers, preset, 0, y0, family.branch(layers, 0, y0, snr))
    features, y = family.analysis1(layers, preset, y0)
    if preset.linear_path:
        y = graph.add("Add", y, linear_path.analysis(layers, x_g))
    if enhance:
        y = _adapted(layers, preset, 1, y, family.branch(layers, 1, features, snr))
    graph.output("latents", y, (1, preset.latents, "h", "w"))
    return graph.model()


def _adapted(layers: Layers, preset: Preset, stage: int, y: Value, s: Value) -> Value:
    """Add a feature adaptation; see :mod:`llcodec.nets.adaptation`."""
    graph, name = layers.graph, f"f_a{stage}"
    hidden = layers.leaky(layers.conv(f"{name}.hidden.0", s))
    if not preset.scale_and_shift:
        return graph.add("Add", y, layers.conv(f"{name}.out", hidden))
    (gamma_weight, beta_weight), (gamma_bias, beta_bias) = (
        np.split(layers[f"{name}.out.{kind}"], 2) for kind in ("weight", "bias")
    )
    if family_of(preset).bounded:
        gain = np.float32(ADAPTATION_GAIN)
        gamma = graph.add("Tanh", layers.convolve(hidden, gamma_weight * gain, gamma_bias * gain))
    else:
        gamma = layers.convolve(hidden, gamma_weight, gamma_bias)
    factor = layers.plus(gamma, 1.0)
    beta = layers.convolve(hidden, beta_weight, beta_bias)
    return graph.add("Add", graph.add("Mul", y, factor), beta)
