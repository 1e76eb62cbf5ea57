"""Upsampling by pixel shuffles that starts without a mosaic."""

import torch
from torch import nn


@torch.no_grad()
def even_start(conv: nn.Conv2d, factor: int) -> nn.Conv2d:
    """Give all pixels that a shuffle by ``factor`` makes of one equal weights; return ``conv``.

    Kernels drawn one by one put a random mosaic of ``factor``×``factor`` pixels on everything,
    which takes long to unlearn.
    """
    first = conv.weight[:: factor**2]
    conv.weight.copy_(first.repeat_interleave(factor**2, 0))
    return conv
