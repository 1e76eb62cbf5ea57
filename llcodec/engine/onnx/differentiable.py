"""Layers that can be differentiated: the graph of a gradient is made by running them backwards."""

from collections.abc import Callable, Sequence

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.engine.onnx.layers import Arrays, Layers
from llcodec.nets.constants import LEAKY_SLOPE

_Backward = Callable[[Value], Value]


class DifferentiableLayers(Layers):
    """Adds layers to a graph, and the gradient of what they compute.

    Only what a synthesis transform of the family ``fast`` consists of can be differentiated:
    convolutions of stride 1, leaky ReLUs, sums, pixel shuffles, padding by one with the edge, and
    trimming. Nothing is cut down to a core, so that the gradient is that of all latents.
    """

    cuts = False

    def __init__(self, graph: Graph, arrays: Arrays) -> None:
        super().__init__(graph, arrays)
        self._steps: list[tuple[Value, Value, _Backward]] = []

    def gradient(self, output: Value, upstream: Value, of: Value) -> Value:
        """Add the gradient with respect to ``of``, given that with respect to ``output``."""
        gradients = {output: upstream}
        for result, source, backward in reversed(self._steps):
            if result not in gradients:
                continue
            part = backward(gradients[result])
            known = gradients.get(source)
            gradients[source] = part if known is None else self.graph.add("Add", known, part)
        return gradients[of]

    def convolve(
        self,
        x: Value,
        weight: Floats,
        bias: Floats | None = None,
        *,
        stride: int = 1,
        pad: tuple[int, int] | None = None,
    ) -> Value:
        """Add a convolution of stride 1 with the given weights."""
        assert stride == 1
        side = weight.shape[-1]
        rows, columns = (side // 2, side // 2) if pad is None else pad
        backwards = np.ascontiguousarray(weight[..., ::-1, ::-1].swapaxes(0, 1))
        wide = side - 1 - rows, side - 1 - columns
        return self._record(
            super().convolve(x, weight, bias, pad=pad),
            x,
            lambda g: super(DifferentiableLayers, self).convolve(g, backwards, pad=wide),
        )

    def leaky(self, x: Value, slope: float = LEAKY_SLOPE) -> Value:
        """Add a leaky ReLU."""

        def backward(g: Value) -> Value:
            above = self.graph.add("Greater", x, self.graph.floats(0.0))
            return self.graph.add("Where", above, g, self.scaled(g, slope))

        return self._record(super().leaky(x, slope), x, backward)

    def sum(self, x: Value, y: Value) -> Value:
        """Add an addition of two values."""
        result = super().sum(x, y)
        for source in (x, y):
            self._record(result, source, lambda g: g)
        return result

    def shuffle(self, x: Value, factor: int = 2) -> Value:
        """Add a pixel shuffle, as PyTorch orders channels."""

        def backward(g: Value) -> Value:
            # ONNX puts the places of a cell before its channels, PyTorch after them.
            add, integers = self.graph.add, self.graph.integers
            cells = add("SpaceToDepth", g, blocksize=factor)
            places = add("Reshape", cells, integers(factor**2, -1, 0, 0))
            channels = add("Transpose", places, perm=(1, 0, 2, 3))
            return add("Reshape", channels, integers(1, -1, 0, 0))

        return self._record(super().shuffle(x, factor), x, backward)

    def padded(self, x: Value, sides: Sequence[int], mode: str = "edge") -> Value:
        """Pad by one on each side with the edge; there must be two rows and two columns."""
        assert tuple(sides) == (1, 1, 1, 1)
        assert mode == "edge"

        def backward(g: Value) -> Value:
            return self._folded(self._folded(g, 2), 3)

        return self._record(super().padded(x, sides, mode), x, backward)

    def trimmed(self, x: Value, margin: int) -> Value:
        """Cut so many off every side."""

        def backward(g: Value) -> Value:
            return super(DifferentiableLayers, self).padded(g, (margin,) * 4, "constant")

        return self._record(super().trimmed(x, margin), x, backward)

    def _folded(self, g: Value, axis: int) -> Value:
        """Add the first and the last position along an axis to their neighbours."""
        add = self.graph.add
        first = add("ReduceSum", self._sliced(g, axis, 0, 2), self.graph.integers(axis))
        middle = self._sliced(g, axis, 2, -2)
        last = add("ReduceSum", self._sliced(g, axis, -2, 2**31), self.graph.integers(axis))
        return add("Concat", first, middle, last, axis=axis)

    def _sliced(self, x: Value, axis: int, start: int, end: int) -> Value:
        integers = self.graph.integers
        return self.graph.add("Slice", x, integers(start), integers(end), integers(axis))

    def _record(self, result: Value, source: Value, backward: _Backward) -> Value:
        self._steps.append((result, source, backward))
        return result
