"""Upsampling by pixel shuffles without an initial mosaic."""

import torch
from torch import nn


@torch.no_grad()
def even_start(conv: nn.Conv2d, factor: int) -> nn.Conv2d:
    """Give all pixels that a shuffle by ``factor`` makes from one pixel equal weights.

    Independent random kernels would add a random mosaic of ``factor``×``factor`` pixels to all
    outputs, which takes long to unlearn. Returns ``conv``.
    """
    first = conv.weight[:: factor**2]
    conv.weight.copy_(first.repeat_interleave(factor**2, 0))
    return conv
