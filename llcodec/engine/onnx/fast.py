"""The transforms of the family ``fast``; see :mod:`llcodec.nets.fast`."""

from itertools import product

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import STRIDE
from llcodec.engine.onnx.cores import Reaches, cut
from llcodec.engine.onnx.family import Family
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers
from llcodec.engine.onnx.pooled_branch import grid_inputs, snr_branch
from llcodec.nets.presets import Preset


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
    """Add g_a1: features, and the residual of the latents, in the unit of the linear path."""
    walk = _Walk(layers, "g_a1.layers")
    x = walk.residuals(walk.downsample(y0), preset.blocks[2])
    features = walk.residuals(walk.downsample(x), preset.blocks[3])
    weight, bias = layers["g_a1.to_latent.weight"], layers["g_a1.to_latent.bias"]
    if preset.linear_path:
        scale = layers["latent_scale"]
        weight, bias = weight * scale[:, None, None, None], bias * scale
    return features, layers.convolve(features, weight, bias)


def _synthesis(layers: Layers, preset: Preset, latents: Value) -> Value:
    """Add g_s without its last shuffle."""
    half, blocks = preset.widths[0], _decoder_blocks(preset)
    walk = _Walk(layers, "g_s.layers")
    # Divided by the typical magnitudes of latents: so are the weights.
    name, scale = walk.next(), layers["latent_scale"][None, :, None, None]
    weight, bias = layers[f"{name}.weight"] / scale, layers[f"{name}.bias"]
    x = layers.leaky(layers.convolve(latents, weight, bias))
    walk.skip()
    x = cut(layers, walk.upsample(walk.residuals(x, blocks[3])), 2)
    x = cut(layers, walk.upsample(walk.residuals(x, blocks[2])), 4)
    x = walk.residuals(x, blocks[1])
    if not half:
        return layers.conv(walk.next(), x)
    if blocks[0]:
        x = walk.residuals(walk.upsample(x), blocks[0])
        return layers.conv(walk.next(), x)
    x = layers.leaky(layers.conv(f"{walk.next()}.0", x))
    walk.skip()
    name = walk.next()
    weight, bias = layers[f"{name}.weight"], layers[f"{name}.bias"].reshape(3, 1, 2, 1, 2)
    every = np.broadcast_to(bias, (3, 2, 2, 2, 2)).reshape(-1)
    return layers.convolve(x, _before_a_shuffle(weight), every)


def _factor(preset: Preset) -> int:
    """Return the factor of the last shuffle of g_s."""
    return 2 if preset.widths[0] and _decoder_blocks(preset)[0] else 4


def _reaches(preset: Preset) -> Reaches:
    """Return what the layers of g_s see at 1/8 of the size and at 1/4: two positions a block."""
    blocks = _decoder_blocks(preset)
    half = 2 * blocks[0] + 1
    quarter = 2 * blocks[1] + 1 + (-(-half // 2) if preset.widths[0] else 0)
    return {2: 2 * blocks[2] + 1 + -(-quarter // 2), 4: quarter}


def _decoder_blocks(preset: Preset) -> tuple[int, ...]:
    return preset.decoder_blocks or preset.blocks


def _before_a_shuffle(weight: Floats) -> Floats:
    """Return the weights, 48×4C×3×3, with which a convolution 12×C×3×3 goes before a shuffle by 2.

    It does the same on a quarter of the positions: kernels have zeros, but few channels on many
    positions are the least efficient to compute, and the shuffle costs most of all.
    """
    outputs, inputs = weight.shape[:2]
    wide = np.zeros((outputs, 2, 2, inputs, 2, 2, 3, 3), np.float32)
    for row, column, down, right in product(range(3), range(3), range(2), range(2)):
        # Where the element of the kernel lies: the position, and the place in it.
        (y, of_y), (x, of_x) = divmod(down + row - 1, 2), divmod(right + column - 1, 2)
        wide[:, down, right, :, of_y, of_x, y + 1, x + 1] = weight[:, :, row, column]
    # The place of an output in its position comes first, then that in the last shuffle.
    places = wide.reshape(3, 2, 2, 2, 2, 4 * inputs, 3, 3).transpose(0, 3, 1, 4, 2, 5, 6, 7)
    return places.reshape(4 * outputs, 4 * inputs, 3, 3)


def _hyper_analysis(layers: Layers, preset: Preset, latents: Value) -> Value:
    """Add h_a."""
    weight = layers["h_a.0.weight"] / layers["coded_scale"][None, :, None, None]
    x = layers.leaky(layers.convolve(latents, weight, layers["h_a.0.bias"]))
    x = layers.leaky(layers.conv("h_a.2", x, stride=2))
    return layers.conv("h_a.4", x, stride=2)


def _branch_inputs(height: int, width: int) -> dict[str, Floats]:
    """Return the grids of both stages for a window of H×W pixels."""
    quarter = grid_inputs(0, height // 4, width // 4)
    return quarter | grid_inputs(1, height // STRIDE, width // STRIDE)


class _Walk:
    """Goes through the layers of a ``Sequential``, which are named by their numbers."""

    def __init__(self, layers: Layers, name: str) -> None:
        self._layers, self._name, self._number = layers, name, 0

    def next(self) -> str:
        """Return the name of the next layer."""
        self._number += 1
        return f"{self._name}.{self._number - 1}"

    def skip(self) -> None:
        """Skip a layer without parameters."""
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
        """Add a subpixel convolution, and its activation before the shuffle, which is the same."""
        out = self._layers.leaky(self._layers.conv(f"{self.next()}.0", x))
        self.skip()
        return self._layers.shuffle(out)


FAMILY = Family(
    analysis0=_analysis0,
    analysis1=_analysis1,
    synthesis=_synthesis,
    factor=_factor,
    reaches=_reaches,
    hyper_analysis=_hyper_analysis,
    branch=snr_branch,
    branch_inputs=_branch_inputs,
    bounded=True,
)
