"""The linear path; see :mod:`llcodec.nets.linear_transform`."""

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import LINEAR_KERNEL, STRIDE
from llcodec.engine.onnx.cores import cut_latents
from llcodec.engine.onnx.graph import Value
from llcodec.engine.onnx.layers import Layers

_MARGIN = (LINEAR_KERNEL - STRIDE) // 2
_GREY = np.float32(0.5)


def analysis(layers: Layers, picture: Value) -> Value:
    """Add the coefficients 1×M×H/16×W/16 of a picture 1×3×H×W."""
    wide = layers.padded(picture, (_MARGIN,) * 4)
    cells = layers.graph.add("SpaceToDepth", wide, blocksize=STRIDE)
    weight = layers["linear_analysis.conv.weight"]
    halves = weight.reshape(-1, 3, 2, STRIDE, 2, STRIDE)
    # ONNX has the channels of a cell last.
    kernel = halves.transpose(0, 3, 5, 1, 2, 4).reshape(len(weight), -1, 2, 2)
    # Of the picture less mid grey.
    return layers.convolve(cells, kernel, kernel.sum((1, 2, 3)) * -_GREY, pad=(0, 0))


def synthesis(layers: Layers, latents: Value, factor: int) -> Value:
    """Add the picture of the core of coefficients 1×M×h×w.

    It is unshuffled by ``factor``, with channels as PyTorch orders them: 1×3·factor²×….
    """
    wide = cut_latents(layers, layers.padded(latents, (1,) * 4))
    weight = layers["linear_synthesis.weight"]
    halves = weight.reshape(-1, 3, 2, STRIDE, 2, STRIDE)[:, :, ::-1, :, ::-1]
    # 3, 16, 16, M, 2, 2: the pixels of a cell, and their kernels.
    kernel = halves.transpose(1, 3, 5, 0, 2, 4)
    side = STRIDE // factor
    split = kernel.reshape(3, side, factor, side, factor, len(weight), 2, 2)
    ordered = split.transpose(0, 2, 4, 1, 3, 5, 6, 7).reshape(-1, len(weight), 2, 2)
    grey = np.full(len(ordered), _GREY, np.float32)
    shuffled = layers.shuffle(layers.convolve(wide, ordered, grey, pad=(0, 0)), side)
    return layers.trimmed(shuffled, _MARGIN // factor)


def block_means(layers: Layers, latents: Value, side: int = 1) -> Value:
    """Add the means of the picture's blocks of 16/s×16/s pixels, 1×3×s·h×s·w; ``side`` is s."""
    weight = layers["linear_synthesis.weight"]
    if side > 1:
        return _means_of_parts(layers, latents, weight, side)
    thirds = slice(STRIDE + _MARGIN, None), slice(_MARGIN, STRIDE + _MARGIN), slice(_MARGIN)
    rows = np.stack([weight[:, :, third].sum(2) for third in thirds], 2)
    kernel: Floats = np.stack([rows[..., third].sum(3) for third in thirds], 3)
    kernel = kernel.swapaxes(0, 1) / np.float32(STRIDE**2)
    wide = layers.padded(latents, (1,) * 4)
    return layers.convolve(wide, kernel, np.full(3, _GREY, np.float32), pad=(0, 0))


def _means_of_parts(layers: Layers, latents: Value, weight: Floats, side: int) -> Value:
    """Add the means of s×s parts of the cells: a synthesis whose kernels are means themselves."""
    blocks = weight.reshape(-1, 3, 2 * side, STRIDE // side, 2 * side, STRIDE // side)
    halves = blocks.mean((3, 5)).reshape(-1, 3, 2, side, 2, side)[:, :, ::-1, :, ::-1]
    kernel: Floats = halves.transpose(1, 3, 5, 0, 2, 4).reshape(-1, len(weight), 2, 2)
    wide = layers.padded(latents, (1,) * 4)
    grey = np.full(len(kernel), _GREY, np.float32)
    shuffled = layers.shuffle(layers.convolve(wide, kernel, grey, pad=(0, 0)), side)
    return layers.trimmed(shuffled, side // 2)
