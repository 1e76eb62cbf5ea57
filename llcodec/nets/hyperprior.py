"""Hyperprior, context model and entropy parameters: the float networks that are trained.

When files are coded, hyper-synthesis, context model and entropy parameters run in fixed point
(``llcodec.entropy``). They are therefore plain sequences of convolutions, leaky ReLUs and pixel
shuffles.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._bitstream import CONTEXT_KERNEL
from llcodec._causal_context import MARGIN, CodingOrder, context_taps
from llcodec.nets.blocks import conv3x3, leaky_relu, subpixel_conv3x3


def context_mask(order: CodingOrder) -> Tensor:
    """Return the 5×5 mask of the neighbours that are decoded before the middle one."""
    # On the CPU even while a model is built on the meta device.
    mask = torch.zeros(CONTEXT_KERNEL, CONTEXT_KERNEL, device="cpu")
    for row, column in context_taps(order):
        mask[row + MARGIN, column + MARGIN] = 1
    return mask


def anchor_mask(height: int, width: int, device: torch.device | None = None) -> Tensor:
    """Return the 1×1×H×W checkerboard: 1 where row + column is even, which is decoded first."""
    rows = torch.arange(height, device=device)[:, None]
    columns = torch.arange(width, device=device)[None, :]
    return ((rows + columns) % 2 == 0).float()[None, None]


class ContextModel(nn.Conv2d):
    """A masked 5×5 convolution that sees only latents that are decoded before its centre."""

    mask: Tensor

    def __init__(self, latents: int, features: int, order: CodingOrder) -> None:
        super().__init__(latents, features, CONTEXT_KERNEL, padding=CONTEXT_KERNEL // 2)
        self.order = order
        mask = context_mask(order).to(self.weight.device)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, y_hat: Tensor) -> Tensor:
        """Return the context features of latents B×M×h×w; what is not decoded yet is zero."""
        return F.conv2d(y_hat, self.weight * self.mask, self.bias, padding=CONTEXT_KERNEL // 2)

    def without_neighbours(self, like: Tensor) -> Tensor:
        """Return the context features where no neighbour is decoded yet: the bias."""
        assert self.bias is not None
        return self.bias[None, :, None, None].expand(len(like), -1, *like.shape[-2:])


def hyper_analysis(latents: int, hidden: int, hyper_latents: int) -> nn.Sequential:
    """Return h_a of the fast preset: B×M×h×w → B×Z×h/4×w/4 (h, w multiples of 4)."""
    return nn.Sequential(
        conv3x3(latents, hidden),
        leaky_relu(),
        conv3x3(hidden, hidden, stride=2),
        leaky_relu(),
        conv3x3(hidden, hyper_latents, stride=2),
    )


def hyper_synthesis(hyper_latents: int, hidden: int, features: int) -> nn.Sequential:
    """Return h_s of the fast preset: B×Z×h/4×w/4 → B×P×h×w."""
    return nn.Sequential(
        *subpixel_conv3x3(hyper_latents, hidden),
        leaky_relu(),
        *subpixel_conv3x3(hidden, hidden),
        leaky_relu(),
        conv3x3(hidden, features),
    )


def entropy_parameters(inputs: int, hidden: tuple[int, ...], latents: int) -> nn.Sequential:
    """Return the 1×1 network: hyper and context features → scale index and mean, 2M channels."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers += [nn.Conv2d(inputs, width, 1), leaky_relu()]
        inputs = width
    return nn.Sequential(*layers, nn.Conv2d(inputs, 2 * latents, 1))


def estimate(parameters: nn.Sequential, features: Tensor) -> tuple[Tensor, Tensor]:
    """Return scale indices and means, B×M×h×w each, of features by ``entropy_parameters``.

    The last layer is in float32: rounded to bfloat16 in training, its outputs would cost bits.
    """
    *hidden, last = parameters
    for layer in hidden:
        features = layer(features)
    with torch.autocast(features.device.type, enabled=False):
        index, mean = last(features.float()).chunk(2, 1)
    return index, mean
