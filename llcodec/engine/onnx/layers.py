"""Layers that several networks share, by the names of their parameters in weight files."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import LUMA_WEIGHTS
from llcodec.engine.onnx.graph import Graph, Value
from llcodec.nets.constants import LEAKY_SLOPE, LEAST_NOISE, ROBUST_HALF

Arrays: TypeAlias = Mapping[str, Floats]
"""The parameters of a network, by the names that they have in weight files."""

_BLUR = 5  # pixels a side of the box that noise and signal are averaged over


class Layers:
    """Adds layers to a graph; planes are 1×C×H×W."""

    cuts = True
    """Whether a synthesis transform cuts planes down to what its core needs."""

    def __init__(self, graph: Graph, arrays: Arrays) -> None:
        self.graph = graph
        self._arrays = arrays

    def __getitem__(self, name: str) -> Floats:
        """Return the parameter of a name."""
        return self._arrays[name]

    def conv(
        self, name: str, x: Value, *, stride: int = 1, pad: tuple[int, int] | None = None
    ) -> Value:
        """Add a convolution, with its bias if it has one, that keeps the size (or divides it).

        ``pad`` is for rows and columns; half of the kernel by default.
        """
        weight = self._arrays[f"{name}.weight"]
        return self.convolve(x, weight, self._arrays.get(f"{name}.bias"), stride=stride, pad=pad)

    def convolve(
        self,
        x: Value,
        weight: Floats,
        bias: Floats | None = None,
        *,
        stride: int = 1,
        pad: tuple[int, int] | None = None,
    ) -> Value:
        """Add a convolution with the given weights."""
        side = weight.shape[-1]
        around = (side // 2, side // 2) if pad is None else pad
        inputs = [x, self.graph.constant(weight)]
        if bias is not None:
            inputs.append(self.graph.constant(bias))
        return self.graph.add(
            "Conv",
            *inputs,
            kernel_shape=(side, side),
            strides=(stride, stride),
            pads=2 * around,
        )

    def relu(self, x: Value) -> Value:
        """Add a ReLU."""
        return self.graph.add("Relu", x)

    def leaky(self, x: Value, slope: float = LEAKY_SLOPE) -> Value:
        """Add a leaky ReLU."""
        return self.graph.add("LeakyRelu", x, alpha=slope)

    def residual(self, name: str, x: Value) -> Value:
        """Add x + conv2(act(conv1(x)))."""
        inner = self.leaky(self.conv(f"{name}.conv1", x))
        return self.sum(x, self.conv(f"{name}.conv2", inner))

    def plain_residual(self, name: str, x: Value) -> Value:
        """Add x + conv2(relu(conv1(x)))."""
        inner = self.relu(self.conv(f"{name}.conv1", x))
        return self.graph.add("Add", x, self.conv(f"{name}.conv2", inner))

    def sum(self, x: Value, y: Value) -> Value:
        """Add an addition of two values."""
        return self.graph.add("Add", x, y)

    def shuffle(self, x: Value, factor: int = 2) -> Value:
        """Add a pixel shuffle, as PyTorch orders channels."""
        return self.graph.add("DepthToSpace", x, blocksize=factor, mode="CRD")

    def conv_of_unshuffled(self, name: str, x: Value, factor: int) -> Value:
        """Add a pixel unshuffle and a convolution after it.

        ONNX orders the channels of an unshuffled plane in another way than PyTorch.
        """
        weight = self._arrays[f"{name}.weight"]
        planes = (len(weight), -1, factor, factor, *weight.shape[2:])
        ordered = weight.reshape(planes).transpose(0, 2, 3, 1, 4, 5).reshape(weight.shape)
        unshuffled = self.graph.add("SpaceToDepth", x, blocksize=factor)
        return self.convolve(unshuffled, ordered, self._arrays.get(f"{name}.bias"))

    def linear(self, name: str, x: Value) -> Value:
        """Add a linear layer over the last dimension."""
        return self.affine(x, self._arrays[f"{name}.weight"], self._arrays.get(f"{name}.bias"))

    def affine(self, x: Value, weight: Floats, bias: Floats | None = None) -> Value:
        """Add a linear layer with the given weights, outputs×inputs."""
        out = self.graph.add("MatMul", x, self.graph.constant(weight.T))
        return out if bias is None else self.graph.add("Add", out, self.graph.constant(bias))

    def layer_norm(self, name: str, x: Value, epsilon: float = 1e-5) -> Value:
        """Add a layer normalisation over the last dimension."""
        weight, bias = (self.graph.constant(self._arrays[f"{name}.{k}"]) for k in _AFFINE)
        return self.graph.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=epsilon)

    def scaled(self, x: Value, factor: float) -> Value:
        """Add a multiplication by a number."""
        return self.graph.add("Mul", x, self.graph.floats(factor))

    def plus(self, x: Value, summand: float) -> Value:
        """Add an addition of a number."""
        return self.graph.add("Add", x, self.graph.floats(summand))

    def at_most(self, x: Value, limit: float) -> Value:
        """Add a minimum."""
        return self.graph.add("Min", x, self.graph.floats(limit))

    def at_least(self, x: Value, limit: float) -> Value:
        """Add a maximum."""
        return self.graph.add("Max", x, self.graph.floats(limit))

    def padded(self, x: Value, sides: Sequence[int], mode: str = "edge") -> Value:
        """Pad by so many at the top, left, bottom and right."""
        top, left, bottom, right = sides
        pads = self.graph.integers(0, 0, top, left, 0, 0, bottom, right)
        return self.graph.add("Pad", x, pads, mode=mode)

    def trimmed(self, x: Value, margin: int) -> Value:
        """Cut so many off every side."""
        ends = self.graph.integers(margin, margin), self.graph.integers(-margin, -margin)
        return self.graph.add("Slice", x, *ends, self.graph.integers(2, 3))

    def to_planes(self, picture: Value) -> Value:
        """Return 1×H×W×C as 1×C×H×W."""
        return self.graph.add("Transpose", picture, perm=(0, 3, 1, 2))

    def to_picture(self, planes: Value) -> Value:
        """Return 1×C×H×W as 1×H×W×C."""
        return self.graph.add("Transpose", planes, perm=(0, 2, 3, 1))

    def luma(self, x: Value) -> Value:
        """Return BT.601 luma, 1×1×H×W, of 1×3×H×W RGB."""
        return self.convolve(x, np.array(LUMA_WEIGHTS, np.float32).reshape(1, 3, 1, 1))

    def box_blur(self, x: Value) -> Value:
        """Return the mean over 5×5 pixels, with mirrored borders; H and W are at least 3."""
        wide = self.padded(x, (_BLUR // 2,) * 4, "reflect")
        rows = self.graph.add("AveragePool", wide, kernel_shape=(_BLUR, 1))
        return self.graph.add("AveragePool", rows, kernel_shape=(1, _BLUR))

    def robust_snr(self, x: Value) -> Value:
        """Return the robust SNR map; see :func:`llcodec.nets.snr.snr_map`."""
        grey = self.luma(x)
        blurred = self.box_blur(grey)
        noise = self.graph.add("Abs", self.graph.add("Sub", grey, blurred))
        least = self.plus(self.box_blur(noise), LEAST_NOISE)
        whole = self.graph.add("Add", blurred, self.scaled(least, ROBUST_HALF))
        return self.graph.add("Div", blurred, whole)

    def published_snr(self, x: Value, maximum: Value | None = None) -> Value:
        """Return the published SNR map.

        ``maximum`` is the largest ratio of the whole picture; None for that of ``x``.
        """
        grey = self.luma(x)
        blurred = self.box_blur(grey)
        noise = self.graph.add("Abs", self.graph.add("Sub", grey, blurred))
        ratio = self.graph.add("Div", blurred, self.plus(noise, LEAST_NOISE))
        if maximum is None:
            maximum = self.graph.add("ReduceMax", ratio)
        share = self.graph.add("Div", ratio, self.plus(maximum, LEAST_NOISE))
        return self.at_most(self.at_least(share, 0.0), 1.0)


_AFFINE = ("weight", "bias")
