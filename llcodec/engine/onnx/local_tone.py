"""The local tone curve; see :mod:`llcodec.nets.local_tone`."""

from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import (
    TONE_COUNT,
    TONE_FLOOR,
    TONE_GRID_COLUMNS,
    TONE_GRID_LIMIT,
    TONE_GRID_ROWS,
    TONE_GRID_UNITS,
    TONE_KNEE_UNITS,
    TONE_TOE_UNITS,
)
from llcodec.engine.exposures import exposures, grid_of
from llcodec.engine.onnx import tone
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers
from llcodec.engine.protocol import Place
from llcodec.nets.constants import (
    KNEE_START,
    LEAST_KNEE,
    MOST_EXPOSURE,
    MOST_KNEE,
    MOST_TOE,
    TOE_START,
)

_TOES, _KNEE, _GRID = slice(15, 18), slice(18, 19), slice(19, None)
_GRID_UNITS = TONE_GRID_UNITS / np.log(2)  # natural logarithms to numbers


def exposed(layers: Layers, x: Value) -> Value:
    """Add gain · exposure · x, with gain and exposures as inputs."""
    exposure = layers.graph.input("exposure", (1, 1, "height", "width"))
    return layers.graph.add("Mul", tone.exposed(layers, x), exposure)


def bright(layers: Layers, light: Value) -> Value:
    """Add M · shoulder(toe(light)^γ), with all of them as inputs, of what :func:`exposed` returns.

    The inputs are those of :meth:`LocalCurve.inputs`.
    """
    graph = layers.graph
    toe, most = (graph.input(name, (1, 3, 1, 1)) for name in ("toe", "most"))
    knee, start = (graph.input(name, (1,)) for name in ("knee", "start"))
    divisor = layers.at_least(graph.add("Add", light, toe), TONE_FLOOR)
    value = tone.raised(layers, graph.add("Div", graph.add("Mul", light, light), divisor))
    above = layers.at_least(graph.add("Div", graph.add("Sub", value, start), knee), 0.0)
    over = graph.add("Min", above, most)
    bend = layers.plus(graph.add("Div", over, graph.add("Mul", most, most)), 1.0)
    curved = graph.add("Div", graph.add("Mul", over, bend), layers.plus(over, 1.0))
    flat = graph.add("Min", value, start)
    return tone.mixed(layers, graph.add("Add", flat, graph.add("Mul", curved, knee)))


@dataclass(frozen=True)
class LocalCurve:
    """A local tone curve.

    Attributes:
        whole: gains, gammas and matrix.
        toe: 0 or above, 3.
        knee: above 0, at most 1; 1.
        grid: natural logarithms of exposures, 4×6.
    """

    whole: tone.Curve
    toe: Floats
    knee: Floats
    grid: Floats

    @staticmethod
    def of_outputs(out: Floats, log_gain: np.float32) -> "LocalCurve":
        """Return the mean of the curves that the members of an ensemble predict.

        Args:
            out: 43 outputs of each network, members×43.
            log_gain: the log gain that normalises the thumbnail.
        """
        grids = np.float32(MOST_EXPOSURE) * np.tanh(out[:, _GRID])
        centred = grids - grids.mean(1, keepdims=True)
        toes = np.float32(MOST_TOE) * _sigmoid(out[:, _TOES] + np.float32(TOE_START))
        shares = _sigmoid(out[:, _KNEE] + np.float32(KNEE_START))
        knees = np.float32(LEAST_KNEE) + np.float32(MOST_KNEE - LEAST_KNEE) * shares
        whole = tone.Curve.of_outputs(out[:, :TONE_COUNT], log_gain)
        grid = centred.mean(0).reshape(TONE_GRID_ROWS, TONE_GRID_COLUMNS)
        return LocalCurve(whole, toes.mean(0), knees.mean(0), grid)

    @staticmethod
    def of_numbers(numbers: tuple[int, ...]) -> "LocalCurve":
        """Return the curve of the 43 integers of a header."""
        values = np.array(numbers, np.float32)
        return LocalCurve(
            tone.Curve.of_numbers(numbers[:TONE_COUNT]),
            values[_TOES] / np.float32(TONE_TOE_UNITS),
            values[_KNEE] / np.float32(TONE_KNEE_UNITS),
            grid_of(numbers).astype(np.float32),
        )

    def to_numbers(self) -> tuple[int, ...]:
        """Return the 43 integers of the curve.

        Raises BrokenModelError if the curve is not finite.
        """
        toes = tone.to_integers(self.toe * np.float32(TONE_TOE_UNITS))
        knee = tone.to_integers(self.knee * np.float32(TONE_KNEE_UNITS))
        grid = tone.to_integers(self.grid.ravel() * np.float32(_GRID_UNITS), TONE_GRID_LIMIT)
        return self.whole.to_numbers() + toes + knee + grid

    def inputs(self, place: Place) -> dict[str, Floats]:
        """Return the inputs of the analysis of a window that lies at a place."""
        return self.whole.inputs() | {
            "exposure": exposures(self.grid, place)[None, None],
            "toe": self.toe.reshape(1, 3, 1, 1),
            "knee": self.knee,
            "start": 1 - self.knee,
            "most": self._most().reshape(1, 3, 1, 1),
        }

    def scaled(self, share: np.float32) -> "LocalCurve":
        """Interpolate between no change (``share`` 0) and this curve (1)."""
        return LocalCurve(self.whole.scaled(share), self.toe * share, self.knee, self.grid * share)

    def applied(self, x: Floats) -> Floats:
        """Return a brightened picture H×W×3."""
        exposure = exposures(self.grid, Place.whole(*x.shape[:2]))[..., None]
        value = self._raised(np.exp(self.whole.log_gain) * x * exposure)
        start, most = 1 - self.knee, self._most()
        over = np.minimum(np.maximum((value - start) / self.knee, 0), most)
        curved = self.knee * over * (1 + over / (most * most)) / (1 + over)
        mixed: Floats = (np.minimum(value, start) + curved) @ self.whole.matrix.T
        return mixed

    def _most(self) -> Floats:
        """Return how far above the start of the shoulder white lies, in knees."""
        white = self._raised(np.exp(self.whole.log_gain))
        most: Floats = np.maximum((white - (1 - self.knee)) / self.knee, 1)
        return most

    def _raised(self, u: Floats) -> Floats:
        """Return exposed values, 0 or above, after toe and gamma."""
        floor = np.float32(TONE_FLOOR)
        t = u * u / np.maximum(u + self.toe, floor)
        raised: Floats = np.maximum(t, floor) ** np.exp(self.whole.log_gamma)
        return raised


def _sigmoid(x: Floats) -> Floats:
    # By tanh, which does not overflow.
    half = np.float32(0.5)
    y: Floats = half + half * np.tanh(half * x)
    return y
