"""Building blocks that several networks share."""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._bitstream import LUMA_WEIGHTS
from llcodec.nets.constants import LEAKY_SLOPE

_RESIDUAL_SCALE = 0.3  # of the second convolution of a residual block, at the start

M = TypeVar("M", bound=nn.Module)


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """Return a 3×3 convolution with bias that keeps the size (or divides it by ``stride``)."""
    return nn.Conv2d(in_channels, out_channels, 3, stride, 1)


def leaky_relu() -> nn.LeakyReLU:
    """Return a leaky ReLU with the slope that is exact in fixed point."""
    return nn.LeakyReLU(LEAKY_SLOPE)


def subpixel_conv3x3(in_channels: int, out_channels: int, factor: int = 2) -> nn.Sequential:
    """Return a 3×3 convolution followed by a pixel shuffle: upsampling by ``factor``."""
    return nn.Sequential(
        conv3x3(in_channels, out_channels * factor**2),
        nn.PixelShuffle(factor),
    )


class ResidualBlock(nn.Module):
    """conv3×3 → LeakyReLU → conv3×3, plus identity: C×H×W in, C×H×W out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(channels, channels)
        self.act = leaky_relu()
        self.conv2 = conv3x3(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return x + conv2(act(conv1(x)))."""
        out: Tensor = x + self.conv2(self.act(self.conv1(x)))
        return out


@torch.no_grad()
def he_init(network: M) -> M:
    """Initialise the convolutions of ``network`` as He et al. 2015 do, and return it.

    This keeps the variance of features through any depth; PyTorch's default initialisation leaves
    a sixth of it after every layer, which slows learning. Residual blocks start near the identity,
    and layers that are zero stay zero. Not for networks with GDN, which normalises by itself.
    """
    if any(parameter.is_meta for parameter in network.parameters()):
        return network  # its weights will be loaded
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and bool(module.weight.any()):
            nn.init.kaiming_normal_(module.weight, a=LEAKY_SLOPE)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, ResidualBlock):
            module.conv2.weight.mul_(_RESIDUAL_SCALE)
    return network


def zero_init(layer: nn.Conv2d) -> nn.Conv2d:
    """Set weight and bias of ``layer`` to zero, so that its branch adds nothing at first."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """Pad B×C×H×W at the bottom and right, by replication, to a multiple of ``multiple``."""
    height, width = x.shape[-2:]
    pad = (0, -width % multiple, 0, -height % multiple)
    return F.pad(x, pad, mode="replicate") if any(pad) else x


def box_blur(x: Tensor, size: int = 5) -> Tensor:
    """Return the mean over ``size``×``size`` pixels, with mirrored borders (reflect-101).

    Pictures smaller than the mirror needs are padded by replication instead.
    """
    margin = size // 2
    mode = "reflect" if min(x.shape[-2:]) > margin else "replicate"
    return F.avg_pool2d(F.pad(x, (margin,) * 4, mode=mode), size, stride=1)


def luma(x: Tensor) -> Tensor:
    """Return BT.601 luma, B×1×H×W, of B×3×H×W RGB."""
    weights = torch.tensor(LUMA_WEIGHTS, dtype=x.dtype, device=x.device)
    return (x * weights.view(1, 3, 1, 1)).sum(1, keepdim=True)
