"""The SNR-aware enhancer on ONNX Runtime; see :mod:`llcodec.snr_aware.network`."""

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx import shapes as known
from llcodec.engine.onnx.devices import choose_provider
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.engine.onnx.patches import every_nth, patch_transformer
from llcodec.engine.onnx.session import Session
from llcodec.engine.onnx.shapes import Shapes, check_arrays
from llcodec.errors import BrokenModelError
from llcodec.nets.constants import PATCH
from llcodec.snr_aware.presets import MULTIPLE, SLOPE, SnrAwarePreset


class OnnxSnrAware:
    """An SNR-aware network; implements :class:`llcodec.engine.protocol.SnrAware`.

    Args:
        preset: of the network.
        arrays: its parameters, by their names in the weight file without ``float.``.
        device: where it runs; see :func:`llcodec.engine.onnx.devices.choose_provider`.

    Raises:
        BrokenModelError: if the arrays are not those of the preset.
        InputError: if there is no such device.
    """

    def __init__(self, preset: SnrAwarePreset, arrays: Arrays, *, device: str = "cpu") -> None:
        _check_sizes(preset, len(arrays))
        check_arrays(arrays, shapes(preset))
        self._session = Session(network(preset, arrays), choose_provider(device))

    def enhance(self, picture: Floats) -> Floats:
        """Return the bright picture, H×W×3 in [0, 1], of a dark one of any size."""
        height, width = picture.shape[:2]
        pad = (0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0)
        bright = self._session.run({"picture": np.pad(picture, pad, mode="edge")[None]})
        return bright[:height, :width]


def network(preset: SnrAwarePreset, arrays: Arrays) -> bytes:
    """Return the network: ``picture`` 1×H×W×3 → ``bright``, the same; sides are multiples of 16."""
    graph = Graph()
    layers = Layers(graph, arrays)
    x = layers.to_planes(graph.input("picture", (1, "height", "width", 3)))
    d0 = layers.leaky(layers.conv("down0", x), SLOPE)
    d1 = layers.leaky(layers.conv("down1", d0, stride=2), SLOPE)
    d2 = layers.leaky(layers.conv("down2", d1, stride=2), SLOPE)
    features = layers.plain_residual("front", d2)
    snr = layers.robust_snr(x) if preset.snr == "robust" else layers.published_snr(x)
    m = every_nth(layers, snr, 4)
    far = _far(layers, preset, features, m)
    near = features
    for number in range(preset.local_blocks):
        near = layers.plain_residual(f"local.{number}", near)
    # near · m + far · (1 − m)
    mixed = graph.add("Add", far, graph.add("Mul", graph.add("Sub", near, far), m))
    up = layers.plain_residual("fused", mixed)
    for name, beside in (("up1", d2), ("up0", d1)):
        both = graph.add("Concat", up, beside, axis=1)
        up = layers.shuffle(layers.leaky(layers.conv(name, both), SLOPE))
    up = layers.leaky(layers.conv("mix", graph.add("Concat", up, d0, axis=1)), SLOPE)
    bright = graph.add("Add", layers.conv("last", up), x)
    clamped = layers.at_most(layers.at_least(bright, 0.0), 1.0)
    graph.output("bright", layers.to_picture(clamped), (1, "height", "width", 3))
    return graph.model()


def _far(layers: Layers, preset: SnrAwarePreset, features: Value, m: Value) -> Value:
    """Add the non-local path."""
    same, shape = preset.features == preset.widths[2], preset.transformer
    x = features if same else layers.conv("into", features)
    x = patch_transformer(layers, "transformer", x, m, shape.layers, shape.heads)
    return x if same else layers.conv("back", x)


def shapes(preset: SnrAwarePreset) -> Shapes:
    """Return the shapes of all parameters."""
    full, half, quarter = preset.widths
    found = known.conv("down0", 3, full) | known.conv("down1", full, half)
    found |= known.conv("down2", half, quarter)
    found |= known.residual("front", quarter) | known.residual("fused", quarter)
    found |= known.residuals("local", 0, quarter, preset.local_blocks)
    if preset.features != quarter:
        found |= known.conv("into", quarter, preset.features)
        found |= known.conv("back", preset.features, quarter)
    found |= known.conv("up1", 2 * quarter, 4 * half) | known.conv("up0", 2 * half, 4 * full)
    found |= known.conv("mix", 2 * full, full) | known.conv("last", full, 3)
    width, shape = preset.features * PATCH**2, preset.transformer
    return found | known.transformer(
        "transformer", width, shape.layers, shape.heads * shape.head_width, shape.ffn_width
    )


def _check_sizes(preset: SnrAwarePreset, arrays: int) -> None:
    """Raise BrokenModelError unless networks of these sizes can be made of so many arrays."""
    shape = preset.transformer
    least = min(*preset.widths, preset.features, shape.heads, shape.head_width, shape.ffn_width)
    if least < 1 or max(preset.local_blocks, shape.layers) > arrays:
        raise BrokenModelError("the weight file has a preset that does not fit its weights")
