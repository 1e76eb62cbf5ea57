"""Layers of StyleGAN 2 for the structure map of SMG.

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020: weights are
scaled by their fan-in when they are used, and resampling uses a binomial filter.
Parameters have the names of SMG's released code, so that its checkpoints load.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SLOPE = 0.2
_GAIN = math.sqrt(2)  # which keeps the variance through the activation
_EPSILON = 1e-8


def activate(x: Tensor) -> Tensor:
    """Return the leaky ReLU of a tensor, multiplied by its gain."""
    return _GAIN * F.leaky_relu(x, _SLOPE)


class Activation(nn.Module):
    """A bias for each channel of N×C×H×W, and the leaky ReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation of N×C×H×W."""
        return activate(x + self.bias[:, None, None])


class Filter(nn.Module):
    """The binomial filter with four taps, optionally with upsampling by two.

    ``before`` and ``after`` are the numbers of zeros (at the larger size) that pad each side.
    """

    kernel: Tensor

    def __init__(self, before: int, after: int, *, gain: float = 1, up: int = 1) -> None:
        super().__init__()
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
        kernel = torch.outer(taps, taps)
        self.register_buffer("kernel", gain * kernel / kernel.sum())
        self.before, self.after, self.up = before, after, up

    def forward(self, x: Tensor) -> Tensor:
        """Return the filtered N×C×H×W, ``up`` times as large except for the padding."""
        count, channels, height, width = x.shape
        if self.up > 1:
            spread = x.new_zeros(count, channels, height, self.up, width, self.up)
            spread[:, :, :, 0, :, 0] = x
            x = spread.reshape(count, channels, height * self.up, width * self.up)
        x = F.pad(x, (self.before, self.after) * 2)
        weight = self.kernel.flip(0, 1).expand(channels, 1, -1, -1)
        return F.conv2d(x, weight, groups=channels)


class Linear(nn.Module):
    """A linear layer; its learning rate is ``pace`` times that of others.

    Args:
        inside: features of the input.
        outside: features of the output.
        bias: the initial bias.
        pace: relative learning rate.
        active: whether to end with the activation.
    """

    def __init__(
        self,
        inside: int,
        outside: int,
        bias: float = 0,
        pace: float = 1,
        *,
        active: bool = False,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outside, inside) / pace)
        self.bias = nn.Parameter(torch.full((outside,), float(bias)))
        self.pace, self.active = pace, active

    def forward(self, x: Tensor) -> Tensor:
        """Return N×outside of N×inside."""
        scale = self.pace / math.sqrt(self.weight.shape[1])
        x = F.linear(x, self.weight * scale, self.bias * self.pace)
        return activate(x) if self.active else x


class Convolution(nn.Module):
    """A convolution without bias; padded, unless its stride is two."""

    def __init__(self, inside: int, outside: int, side: int, stride: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outside, inside, side, side))
        self.scale = 1 / math.sqrt(inside * side**2)
        self.stride, self.padding = stride, 0 if stride > 1 else side // 2

    def forward(self, x: Tensor) -> Tensor:
        """Return N×outside×H'×W' of N×inside×H×W."""
        return F.conv2d(x, self.weight * self.scale, None, self.stride, self.padding)


def layer(inside: int, outside: int, side: int, *, halved: bool = False) -> nn.Sequential:
    """Return a convolution with its activation, after a filter if the picture is halved."""
    if not halved:
        return nn.Sequential(Convolution(inside, outside, side), Activation(outside))
    return nn.Sequential(
        Filter((side + 2) // 2, (side + 1) // 2),
        Convolution(inside, outside, side, 2),
        Activation(outside),
    )


class Modulated(nn.Module):
    """A convolution whose input channels are scaled by a style.

    Args:
        inside: channels of the input.
        outside: channels of the output.
        side: of the kernel.
        style: the length of a style.
        normal: whether to normalise the weights of each output channel to unit length.
        doubled: whether to return a picture of twice the size.
    """

    def __init__(
        self,
        inside: int,
        outside: int,
        side: int,
        style: int,
        *,
        normal: bool = True,
        doubled: bool = False,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, outside, inside, side, side))
        self.modulation = Linear(style, inside, bias=1)
        self.blur = Filter(1, 1, gain=4) if doubled else nn.Identity()
        self.scale = 1 / math.sqrt(inside * side**2)
        self.normal, self.doubled = normal, doubled

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Return N×outside×H'×W' of N×inside×H×W and N×style."""
        weight = self.scale * self.weight * self.modulation(style)[:, None, :, None, None]
        if self.normal:
            weight = weight * torch.rsqrt(weight.square().sum((2, 3, 4), keepdim=True) + _EPSILON)
        count, outside, inside, side, _ = weight.shape
        x = x.reshape(1, count * inside, *x.shape[2:])
        if self.doubled:
            kernels = weight.transpose(1, 2).reshape(count * inside, outside, side, side)
            x = F.conv_transpose2d(x, kernels, stride=2, groups=count)
        else:
            kernels = weight.reshape(count * outside, inside, side, side)
            x = F.conv2d(x, kernels, padding=side // 2, groups=count)
        made: Tensor = self.blur(x.reshape(count, outside, *x.shape[2:]))
        return made


class UnitLength(nn.Module):
    """Scaling of a vector to a mean square of one."""

    def forward(self, x: Tensor) -> Tensor:
        """Return N×C of N×C."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + _EPSILON)
