"""Probability models for training; ``.llc`` files use the integer tables made from them."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._bitstream import SCALE_LEVELS, SCALE_MAX, SCALE_MIN

LOG_SCALE_STEP = math.log(SCALE_MAX / SCALE_MIN) / (SCALE_LEVELS - 1)
_MIN_PROBABILITY = 1e-9  # 30 bits
_FAR = 4.0  # standard deviations
_LOG_ROOT_TAU = math.log(2 * math.pi) / 2


def scale_of_index(index: Tensor) -> Tensor:
    """Return the standard deviation of a (real) scale index in [0, 63]: 0.11 to 256, log-spaced."""
    return (index * LOG_SCALE_STEP).exp() * SCALE_MIN


def index_of_scale(scale: Tensor) -> Tensor:
    """Return the real scale index of a standard deviation; the inverse of ``scale_of_index``."""
    return (scale / SCALE_MIN).log() / LOG_SCALE_STEP


def gaussian_bits(residual: Tensor, index: Tensor) -> Tensor:
    """Return the bits of each residual y − μ under a Gaussian of the given scale index.

    The probability is that of the unit interval around the residual (Ballé et al. 2018). Beyond
    four standard deviations the tail's asymptotic form keeps the value and its gradient finite.
    """
    scale = scale_of_index(bounded(index, 0, SCALE_LEVELS - 1))
    near = (residual.abs() - 0.5) / scale
    far = (residual.abs() + 0.5) / scale
    inside = torch.special.ndtr(-near.clamp(max=_FAR)) - torch.special.ndtr(-far)
    tail = near.clamp(min=_FAR)
    tail_nats = tail**2 / 2 + tail.log() + _LOG_ROOT_TAU - (-torch.expm1(-tail / scale)).log()
    nats = torch.where(near > _FAR, tail_nats, -inside.clamp(min=_MIN_PROBABILITY).log())
    return nats / math.log(2)


def bounded(x: Tensor, low: float, high: float) -> Tensor:
    """Clamp in the forward pass; backward, pass only gradients that lead back into the range."""
    out: Tensor = _Bounded.apply(x, low, high)  # type: ignore[no-untyped-call]
    return out


class _Bounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, low, high):  # type: ignore[no-untyped-def]
        ctx.save_for_backward(x)
        ctx.bounds = (low, high)
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]
        (x,) = ctx.saved_tensors
        low, high = ctx.bounds
        stuck = ((x < low) & (grad > 0)) | ((x > high) & (grad < 0))
        return grad.masked_fill(stuck, 0), None, None


class FactorizedDensity(nn.Module):
    """A mixture of logistic densities per hyper-latent channel, independent of position.

    Takes the place of the factorised prior of Ballé et al. 2018.
    """

    def __init__(self, channels: int, components: int = 3) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(channels, components))
        spread = torch.linspace(-2, 2, components).repeat(channels, 1)
        self.means = nn.Parameter(spread)
        self.log_scales = nn.Parameter(torch.zeros(channels, components))

    def cdf(self, z: Tensor) -> Tensor:
        """Return P(Z ≤ z) per channel; z is C×N."""
        offset = z.unsqueeze(2) - self.means.unsqueeze(1)
        components = torch.sigmoid(offset / self.log_scales.exp().unsqueeze(1))
        return (components * F.softmax(self.logits, 1).unsqueeze(1)).sum(2)

    def bits(self, z: Tensor) -> Tensor:
        """Return the bits of hyper-latents B×C×h×w, taken as unit intervals around them."""
        flat = z.transpose(0, 1).flatten(1)
        p = (self.cdf(flat + 0.5) - self.cdf(flat - 0.5)).clamp(min=_MIN_PROBABILITY)
        batch, channels, height, width = z.shape
        return -torch.log2(p).view(channels, batch, height, width).transpose(0, 1)


def round_ste(x: Tensor) -> Tensor:
    """Round in the forward pass; backward, pass the gradient unchanged (straight-through)."""
    return x + (x.round() - x).detach()


def add_uniform_noise(x: Tensor) -> Tensor:
    """Return ``x`` plus uniform noise from [−½, ½), which stands for rounding in rate terms."""
    return x + torch.rand_like(x) - 0.5
