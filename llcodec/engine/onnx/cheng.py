"""The transforms of the family ``paper``; see :mod:`llcodec.nets.cheng`."""

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import STRIDE
from llcodec.engine.onnx.family import Family
from llcodec.engine.onnx.graph import Array, Value
from llcodec.engine.onnx.layers import Layers
from llcodec.engine.onnx.patches import every_nth, patch_transformer
from llcodec.nets.constants import (
    CHENG_LOCAL_BLOCKS,
    GDN_LEAST_BETA,
    GDN_PEDESTAL,
    HYPER_STRIDES,
    PATCH,
)
from llcodec.nets.presets import Preset, TransformerShape

_UPSAMPLINGS = 3  # before the last one
_TRANSFORMER = TransformerShape()


def _analysis0(layers: Layers, preset: Preset, planes: Value) -> Value:
    x = _residual(layers, "g_a0.1", _downsampled(layers, "g_a0.0", planes))
    return _downsampled(layers, "g_a0.2", x)


def _analysis1(layers: Layers, preset: Preset, y0: Value) -> tuple[Value, Value]:
    """Add g_a1: features and latents, which are the same but for the unit of the linear path."""
    x = _downsampled(layers, "g_a1.layers.1", _residual(layers, "g_a1.layers.0", y0))
    y = layers.conv("g_a1.layers.3", _residual(layers, "g_a1.layers.2", x), stride=2)
    if not preset.linear_path:
        return y, y
    scale = layers.graph.constant(layers["latent_scale"][None, :, None, None])
    return y, layers.graph.add("Mul", y, scale)


def _synthesis(layers: Layers, preset: Preset, latents: Value) -> Value:
    scale = layers.graph.constant(layers["latent_scale"][None, :, None, None])
    x = layers.graph.add("Div", latents, scale)
    for number in range(0, 2 * _UPSAMPLINGS, 2):
        x = _upsampled(layers, f"g_s.{number + 1}", _residual(layers, f"g_s.{number}", x))
    x = _residual(layers, f"g_s.{2 * _UPSAMPLINGS}", x)
    return layers.conv(f"g_s.{2 * _UPSAMPLINGS + 1}.0", x)


def _hyper_analysis(layers: Layers, preset: Preset, latents: Value) -> Value:
    scale = layers.graph.constant(layers["coded_scale"][None, :, None, None])
    x = layers.graph.add("Div", latents, scale)
    for number, stride in enumerate(HYPER_STRIDES):
        x = layers.leaky(x) if number else x
        x = layers.conv(f"h_a.{2 * number}", x, stride=stride)
    return x


def _branch(layers: Layers, stage: int, y: Value, snr: Value) -> Value:
    """Add a stage of the published branch; see :mod:`llcodec.nets.snr_transformer`."""
    graph, name = layers.graph, f"snr_branch{stage}"
    m, near = every_nth(layers, snr, STRIDE if stage else STRIDE // 4), y
    for number in range(CHENG_LOCAL_BLOCKS[stage]):
        near = layers.plain_residual(f"{name}.local.{number}", near)
    near = layers.conv(f"{name}.local.{CHENG_LOCAL_BLOCKS[stage]}", near)
    front = layers.conv(f"{name}.front.1", layers.plain_residual(f"{name}.front.0", y))
    far = _transformed(layers, f"{name}.transformer", stage, (front, m))
    # near · m + far · (1 − m)
    return graph.add("Add", far, graph.add("Mul", graph.add("Sub", near, far), m))


def _transformed(layers: Layers, name: str, stage: int, planes: tuple[Value, Value]) -> Value:
    """Add the transformer of patches, on whole patches."""
    graph, (depth, heads) = layers.graph, (_TRANSFORMER.layers, _TRANSFORMER.heads)
    pads, ends = (graph.indices(f"patch_{kind}{stage}") for kind in ("pads", "ends"))
    wide, m = (graph.add("Pad", x, pads, mode="edge") for x in planes)
    far = patch_transformer(layers, name, wide, m, depth, heads)
    return graph.add("Slice", far, graph.integers(0, 0), ends, graph.integers(2, 3))


def _branch_inputs(height: int, width: int) -> dict[str, Array]:
    """Return how much the features of both stages are padded for a window of H×W pixels."""
    found: dict[str, Array] = {}
    for stage, stride in enumerate((STRIDE // 4, STRIDE)):
        ends = height // stride, width // stride
        below, right = (-n % PATCH for n in ends)
        found[f"patch_pads{stage}"] = np.array([0, 0, 0, 0, 0, 0, below, right], np.int64)
        found[f"patch_ends{stage}"] = np.array(ends, np.int64)
    return found


def _residual(layers: Layers, name: str, x: Value) -> Value:
    """Add (conv3×3 → LeakyReLU) twice, plus identity."""
    inner = layers.leaky(layers.conv(f"{name}.layers.0", x))
    inner = layers.leaky(layers.conv(f"{name}.layers.2", inner))
    return layers.graph.add("Add", x, inner)


def _downsampled(layers: Layers, name: str, x: Value) -> Value:
    """Add a residual block that halves the size."""
    inner = layers.leaky(layers.conv(f"{name}.layers.0", x, stride=2))
    inner = _gdn(layers, f"{name}.layers.3", layers.conv(f"{name}.layers.2", inner), "Div")
    return layers.graph.add("Add", inner, layers.conv(f"{name}.skip", x, stride=2))


def _upsampled(layers: Layers, name: str, x: Value) -> Value:
    """Add a residual block that doubles the size."""
    inner = layers.shuffle(layers.leaky(layers.conv(f"{name}.layers.0.0", x)))
    inner = _gdn(layers, f"{name}.layers.3", layers.conv(f"{name}.layers.2", inner), "Mul")
    return layers.graph.add("Add", inner, layers.shuffle(layers.conv(f"{name}.skip.0", x)))


def _gdn(layers: Layers, name: str, x: Value, operator: str) -> Value:
    """Add generalised divisive normalisation (``Div``), or its inverse (``Mul``)."""
    graph = layers.graph
    beta = _non_negative(layers[f"{name}.beta"], GDN_LEAST_BETA)
    gamma = _non_negative(layers[f"{name}.gamma"], 0.0)[..., None, None]
    energy = layers.convolve(graph.add("Mul", x, x), gamma, beta)
    return graph.add(operator, x, graph.add("Sqrt", energy))


def _non_negative(v: Floats, least: float) -> Floats:
    """Return v² − 2⁻³⁶, at least ``least``."""
    bounded: Floats = np.maximum(v, np.float32((least + GDN_PEDESTAL) ** 0.5))
    return bounded**2 - np.float32(GDN_PEDESTAL)


FAMILY = Family(
    analysis0=_analysis0,
    analysis1=_analysis1,
    synthesis=_synthesis,
    factor=lambda preset: 2,
    reaches=lambda preset: {},
    hyper_analysis=_hyper_analysis,
    branch=_branch,
    branch_inputs=_branch_inputs,
    bounded=False,
)
