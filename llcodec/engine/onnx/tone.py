"""The tone network and its curve; see :mod:`llcodec.nets.tone`.

The network is a graph. What goes into it and what its 15 numbers become are a few operations on a
thumbnail, done by NumPy; the curve is applied to pictures within the graph of the analysis.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from llcodec._bitstream import (
    LUMA_WEIGHTS,
    TONE_COUNT,
    TONE_FLOOR,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_KNEE,
    TONE_MATRIX_UNITS,
)
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Floats, Layers
from llcodec.engine.onnx.shapes import Shapes, conv, linear
from llcodec.errors import BrokenModelError
from llcodec.nets.constants import FADE_BRIGHT, FADE_DARK, TONE_WIDTH
from llcodec.nets.presets import Preset

_GAIN_UNITS = TONE_GAIN_UNITS / np.log(2)  # natural logarithms to numbers
_GAMMA_UNITS = TONE_GAMMA_UNITS / np.log(2)
_LIMIT = 2**15 - 1
_PLANES = 8
_CONVOLUTIONS = (0, 2, 4, 6)


def exposed(layers: Layers, x: Value) -> Value:
    """Add gain · x, with the gain as an input."""
    return layers.graph.add("Mul", x, layers.graph.input("gain", (1, 3, 1, 1)))


def bright(layers: Layers, light: Value) -> Value:
    """Add M · shoulder(light^γ), with γ and M as inputs, of what :func:`exposed` returns."""
    graph = layers.graph
    gamma, matrix = graph.input("gamma", (1, 3, 1, 1)), graph.input("matrix", (3, 3, 1, 1))
    log = graph.add("Log", layers.at_least(light, TONE_FLOOR))
    value = graph.add("Exp", graph.add("Mul", log, gamma))
    over = layers.at_least(layers.plus(value, TONE_KNEE - 1), 0.0)
    curved = layers.scaled(graph.add("Div", over, layers.plus(over, TONE_KNEE)), TONE_KNEE)
    shouldered = graph.add("Min", value, layers.plus(curved, 1 - TONE_KNEE))
    return graph.add("Conv", shouldered, matrix, kernel_shape=(1, 1))


def network(preset: Preset, arrays: Arrays) -> bytes:
    """Return the networks of all members: ``planes`` and ``level`` → ``numbers`` 1×15·members.

    See :func:`network_inputs`.
    """
    graph = Graph()
    layers = Layers(graph, arrays)
    planes = graph.input("planes", (1, _PLANES, "height", "width"))
    level = graph.input("level", (1, 1))
    many = preset.tone_members > 1
    names = [f"tone.members.{n}" for n in range(preset.tone_members)] if many else ["tone"]
    outputs = [_member(layers, name, planes, level) for name in names]
    numbers = graph.add("Concat", *outputs, axis=1)
    graph.output("numbers", numbers, (1, TONE_COUNT * len(names)))
    return graph.model()


def _member(layers: Layers, name: str, planes: Value, level: Value) -> Value:
    graph, x = layers.graph, planes
    for number in _CONVOLUTIONS:
        x = layers.leaky(layers.conv(f"{name}.features.{number}", x, stride=2))
    pooled = graph.add("GlobalAveragePool", x), graph.add("GlobalMaxPool", x)
    flat = [graph.add("Flatten", part) for part in pooled]
    inner = layers.linear(f"{name}.head.0", graph.add("Concat", *flat, level, axis=1))
    return layers.linear(f"{name}.head.2", layers.leaky(inner))


def shapes(preset: Preset) -> Shapes:
    """Return the shapes of the parameters of all members."""
    width = TONE_WIDTH
    channels = (_PLANES, width, width, 2 * width, 2 * width)
    member = linear("head.0", 4 * width + 1, 2 * width) | linear("head.2", 2 * width, TONE_COUNT)
    for number, pair in zip(_CONVOLUTIONS, pairwise(channels), strict=True):
        member |= conv(f"features.{number}", *pair)
    if preset.tone_members == 1:
        return {f"tone.{key}": shape for key, shape in member.items()}
    return {
        f"tone.members.{number}.{key}": shape
        for number in range(preset.tone_members)
        for key, shape in member.items()
    }


def network_inputs(thumbnail: Floats) -> dict[str, Floats]:
    """Return the inputs of the network for a thumbnail 100×150×3 in [0, 1]."""
    grey = _luma(thumbnail)[..., None]
    mean = grey.mean(dtype=np.float32) + np.float32(1e-3)
    normal = thumbnail * (np.float32(0.4) / mean)
    spread = (normal > 1.5).mean(2, np.float32, keepdims=True)
    root = np.minimum(np.sqrt(normal), 2)
    planes = (np.minimum(normal, 4), root, np.log(grey + np.float32(1e-3)) / 4, spread)
    stacked = np.concatenate(planes, 2, dtype=np.float32).transpose(2, 0, 1)
    level = np.log(mean) / np.float32(4)
    return {"planes": np.ascontiguousarray(stacked)[None], "level": np.full((1, 1), level)}


@dataclass(frozen=True)
class Curve:
    """A tone curve: natural logarithms of 3 gains and 3 gammas, and a matrix 3×3."""

    log_gain: Floats
    log_gamma: Floats
    matrix: Floats

    @staticmethod
    def of_network(numbers: Floats, level: float) -> "Curve":
        """Return the mean of the curves that the members predict.

        Args:
            numbers: the output of the network, 15·members.
            level: a quarter of the logarithm of the thumbnail's mean luma, an input of the network.
        """
        out = numbers.reshape(-1, TONE_COUNT)
        start = np.float32(np.log(0.4)) - np.float32(4 * level)
        gains = start + np.clip(out[:, 0:3], -3, 3)
        gammas = np.clip(out[:, 3:6], -1.5, 1.5)
        matrices = np.eye(3, dtype=np.float32) + 0.5 * np.tanh(out[:, 6:15]).reshape(-1, 3, 3)
        return Curve(gains.mean(0), gammas.mean(0), matrices.mean(0))

    @staticmethod
    def of_numbers(numbers: tuple[int, ...]) -> "Curve":
        """Return the curve of the 15 integers of a header."""
        values = np.array(numbers, np.float32)
        return Curve(
            values[0:3] / np.float32(_GAIN_UNITS),
            values[3:6] / np.float32(_GAMMA_UNITS),
            (values[6:15] / np.float32(TONE_MATRIX_UNITS)).reshape(3, 3),
        )

    def to_numbers(self) -> tuple[int, ...]:
        """Return the 15 signed 16-bit integers of the curve.

        Raises BrokenModelError if the curve is not finite.
        """
        numbers = (
            self.log_gain * np.float32(_GAIN_UNITS),
            self.log_gamma * np.float32(_GAMMA_UNITS),
            self.matrix.ravel() * np.float32(TONE_MATRIX_UNITS),
        )
        rounded = np.clip(np.rint(np.concatenate(numbers)), -_LIMIT, _LIMIT)
        if not np.isfinite(rounded).all():
            raise BrokenModelError("the model computes a tone that is not finite")
        return tuple(int(v) for v in rounded)

    def inputs(self) -> dict[str, Floats]:
        """Return the inputs of the analysis."""
        gain, gamma = (np.exp(v).reshape(1, 3, 1, 1) for v in (self.log_gain, self.log_gamma))
        return {"gain": gain, "gamma": gamma, "matrix": self.matrix.reshape(3, 3, 1, 1)}

    def faded_if_bright(self, thumbnail: Floats) -> "Curve":
        """Return the curve for dark pictures, and no change for those that are bright already.

        See :func:`llcodec.nets.tone.fade_if_bright`.
        """
        with np.errstate(all="ignore"):  # of weights that make no sense
            return self._faded_if_bright(thumbnail)

    def _faded_if_bright(self, thumbnail: Floats) -> "Curve":
        before, after = (
            _luma(x).mean(dtype=np.float32) + np.float32(TONE_FLOOR)
            for x in (thumbnail, self._applied(thumbnail))
        )
        share = np.clip((np.log(after / before) - FADE_BRIGHT) / (FADE_DARK - FADE_BRIGHT), 0, 1)
        eye = np.eye(3, dtype=np.float32)
        mixed = eye + share * (self.matrix - eye)
        return Curve(self.log_gain * share, self.log_gamma * share, mixed)

    def _applied(self, x: Floats) -> Floats:
        """Return a brightened picture H×W×3."""
        floor = np.float32(TONE_FLOOR)
        value = np.maximum(np.exp(self.log_gain) * x, floor) ** np.exp(self.log_gamma)
        over = np.maximum(value - np.float32(1 - TONE_KNEE), 0)
        curved = TONE_KNEE * over / (over + np.float32(TONE_KNEE))
        mixed: Floats = np.minimum(value, 1 - TONE_KNEE + curved) @ self.matrix.T
        return mixed


def _luma(x: Floats) -> Floats:
    grey: Floats = x @ np.array(LUMA_WEIGHTS, np.float32)
    return grey
