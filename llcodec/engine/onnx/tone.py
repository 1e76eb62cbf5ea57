"""The global tone curve; see :mod:`llcodec.nets.tone`.

NumPy turns the predictions of a network into a curve; the graph of the analysis applies the curve
to pictures.
"""

from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import (
    TONE_FLOOR,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_KNEE,
    TONE_LIMIT,
    TONE_MATRIX_UNITS,
)
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers
from llcodec.errors import BrokenModelError

_GAIN_UNITS = TONE_GAIN_UNITS / np.log(2)  # natural logarithms to numbers
_GAMMA_UNITS = TONE_GAMMA_UNITS / np.log(2)


def exposed(layers: Layers, x: Value) -> Value:
    """Add gain · x, with the gain as an input."""
    return layers.graph.add("Mul", x, layers.graph.input("gain", (1, 3, 1, 1)))


def bright(layers: Layers, light: Value) -> Value:
    """Add M · shoulder(light^γ), with γ and M as inputs, of what :func:`exposed` returns."""
    value = raised(layers, light)
    over = layers.at_least(layers.plus(value, TONE_KNEE - 1), 0.0)
    share = layers.graph.add("Div", over, layers.plus(over, TONE_KNEE))
    curved = layers.scaled(share, TONE_KNEE)
    return mixed(layers, layers.graph.add("Min", value, layers.plus(curved, 1 - TONE_KNEE)))


def raised(layers: Layers, light: Value) -> Value:
    """Add light^γ, with γ as an input."""
    graph = layers.graph
    gamma = graph.input("gamma", (1, 3, 1, 1))
    log = graph.add("Log", layers.at_least(light, TONE_FLOOR))
    return graph.add("Exp", graph.add("Mul", log, gamma))


def mixed(layers: Layers, shouldered: Value) -> Value:
    """Add M · shouldered, with M as an input."""
    matrix = layers.graph.input("matrix", (3, 3, 1, 1))
    return layers.graph.add("Conv", shouldered, matrix, kernel_shape=(1, 1))


def to_integers(values: Floats, limit: int = TONE_LIMIT) -> tuple[int, ...]:
    """Return values rounded to integers, within ± a limit.

    Raises BrokenModelError if they are not finite.
    """
    rounded = np.clip(np.rint(values), -limit, limit)
    if not np.isfinite(rounded).all():
        raise BrokenModelError("the model computes a tone that is not finite")
    return tuple(int(v) for v in rounded)


@dataclass(frozen=True)
class Curve:
    """A tone curve: natural logarithms of 3 gains and 3 gammas, and a matrix 3×3."""

    log_gain: Floats
    log_gamma: Floats
    matrix: Floats

    @staticmethod
    def of_outputs(out: Floats, log_gain: np.float32) -> "Curve":
        """Return the mean of the curves that the members of an ensemble predict.

        Args:
            out: 15 outputs of each network, members×15.
            log_gain: the log gain that normalises the thumbnail.
        """
        gains = log_gain + np.clip(out[:, 0:3], -3, 3)
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
        return to_integers(np.concatenate(numbers))

    def inputs(self) -> dict[str, Floats]:
        """Return the inputs of the analysis."""
        gain, gamma = (np.exp(v).reshape(1, 3, 1, 1) for v in (self.log_gain, self.log_gamma))
        return {"gain": gain, "gamma": gamma, "matrix": self.matrix.reshape(3, 3, 1, 1)}

    def scaled(self, share: np.float32) -> "Curve":
        """Interpolate between no change (``share`` 0) and this curve (1)."""
        eye = np.eye(3, dtype=np.float32)
        mixed = eye + share * (self.matrix - eye)
        return Curve(self.log_gain * share, self.log_gamma * share, mixed)

    def applied(self, x: Floats) -> Floats:
        """Return a brightened picture H×W×3."""
        floor = np.float32(TONE_FLOOR)
        value = np.maximum(np.exp(self.log_gain) * x, floor) ** np.exp(self.log_gamma)
        over = np.maximum(value - np.float32(1 - TONE_KNEE), 0)
        curved = TONE_KNEE * over / (over + np.float32(TONE_KNEE))
        mixed: Floats = np.minimum(value, 1 - TONE_KNEE + curved) @ self.matrix.T
        return mixed
