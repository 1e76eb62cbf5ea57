"""The transforms of the paper presets: Cheng2020-anchor, as Joint-IC-LL splits and extends it.

Cheng et al., "Learned Image Compression with Discretized Gaussian Mixture Likelihoods and
Attention Modules" (CVPR 2020), without attention modules: g_a is cut after its third block, at a
quarter of the size, where the first stage of the SNR-aware branch meets it. The hyperprior is the
same paper's. The probability model is a single Gaussian (Minnen et al. 2018).

Blocks at one scale have N channels throughout, so one number describes a network.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nets.adaptation import FeatureAdaptation
from llcodec.nets.blocks import conv3x3, leaky_relu, subpixel_conv3x3
from llcodec.nets.constants import (
    CHENG_LOCAL_BLOCKS,
    GDN_LEAST_BETA,
    GDN_PEDESTAL,
    HYPER_STRIDES,
)
from llcodec.nets.density import bounded
from llcodec.nets.presets import Preset
from llcodec.nets.snr_transformer import PublishedSnrBranch
from llcodec.nets.transforms import Transforms

_GAMMA_START = 0.1


class GDN(nn.Module):
    """Generalised divisive normalisation: B×C×H×W in, B×C×H×W out.

    yᵢ = xᵢ / √(βᵢ + Σⱼ γᵢⱼ xⱼ²) at every position (Ballé et al., ICLR 2016); ``inverse``
    multiplies by the root instead. The parameters hold v = √(value + 2⁻³⁶) with a lower bound, so
    that β ≥ 1e-6 and γ ≥ 0; the constants are those of CompressAI's layer.
    """

    def __init__(self, channels: int, inverse: bool = False) -> None:
        super().__init__()
        self.inverse = inverse
        self.beta = nn.Parameter((torch.ones(channels) + GDN_PEDESTAL).sqrt())
        self.gamma = nn.Parameter((_GAMMA_START * torch.eye(channels) + GDN_PEDESTAL).sqrt())

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` normalised by (or multiplied by) its neighbours across channels."""
        beta, gamma = _non_negative(self.beta, GDN_LEAST_BETA), _non_negative(self.gamma, 0.0)
        energy = F.conv2d(x.square(), gamma[..., None, None], beta)
        return x * (energy.sqrt() if self.inverse else energy.rsqrt())


def _non_negative(v: Tensor, least: float) -> Tensor:
    """Return v² − 2⁻³⁶, at least ``least``; at that bound only gradients that raise it pass."""
    return bounded(v, (least + GDN_PEDESTAL) ** 0.5, float("inf")).square() - GDN_PEDESTAL


class ResidualBlock(nn.Module):
    """(conv3×3 → LeakyReLU) twice, plus identity: B×N×H×W in, B×N×H×W out."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(conv3x3(n, n), leaky_relu(), conv3x3(n, n), leaky_relu())

    def forward(self, x: Tensor) -> Tensor:
        """Return x + layers(x)."""
        out: Tensor = x + self.layers(x)
        return out


class ResidualBlockWithStride(nn.Module):
    """conv3×3 (stride 2) → LeakyReLU → conv3×3 → GDN, plus a strided 1×1: halves H and W."""

    def __init__(self, in_channels: int, n: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            conv3x3(in_channels, n, stride=2), leaky_relu(), conv3x3(n, n), GDN(n)
        )
        self.skip = nn.Conv2d(in_channels, n, 1, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Return B×N×H/2×W/2."""
        out: Tensor = self.layers(x) + self.skip(x)
        return out


class ResidualBlockUpsample(nn.Module):
    """Subpixel convolution → LeakyReLU → conv3×3 → IGDN, plus a subpixel skip: doubles H and W."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            subpixel_conv3x3(n, n), leaky_relu(), conv3x3(n, n), GDN(n, inverse=True)
        )
        self.skip = subpixel_conv3x3(n, n)

    def forward(self, x: Tensor) -> Tensor:
        """Return B×N×2H×2W."""
        out: Tensor = self.layers(x) + self.skip(x)
        return out


def analysis0(n: int) -> nn.Sequential:
    """Return g_a0: B×3×H×W → B×N×H/4×W/4."""
    return nn.Sequential(
        ResidualBlockWithStride(3, n), ResidualBlock(n), ResidualBlockWithStride(n, n)
    )


class Analysis1(nn.Module):
    """g_a1: B×N×H/4×W/4 → B×N×H/16×W/16.

    As published, the second stage of the SNR-aware branch reads the latents themselves, so latents
    and features are the same.
    """

    def __init__(self, n: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            ResidualBlock(n),
            ResidualBlockWithStride(n, n),
            ResidualBlock(n),
            conv3x3(n, n, stride=2),
        )

    def forward(self, y0: Tensor) -> tuple[Tensor, Tensor]:
        """Return (features, latents), which are the same tensor."""
        y: Tensor = self.layers(y0)
        return y, y


def synthesis(n: int) -> nn.Sequential:
    """Return g_s: B×N×h×w → B×3×16h×16w, not clamped."""
    blocks: list[nn.Module] = []
    for _ in range(3):
        blocks += [ResidualBlock(n), ResidualBlockUpsample(n)]
    return nn.Sequential(*blocks, ResidualBlock(n), subpixel_conv3x3(n, 3))


def hyper_analysis(n: int) -> nn.Sequential:
    """Return h_a: B×N×h×w → B×N×h/4×w/4 (h, w multiples of 4)."""
    layers: list[nn.Module] = []
    for stride in HYPER_STRIDES:
        layers += [conv3x3(n, n, stride), leaky_relu()]
    return nn.Sequential(*layers[:-1])


def hyper_synthesis(n: int) -> nn.Sequential:
    """Return h_s: B×N×h/4×w/4 → B×2N×h×w.

    Only convolutions, leaky ReLUs and pixel shuffles, since it becomes an integer network.
    """
    wide = n * 3 // 2
    return nn.Sequential(
        conv3x3(n, n),
        leaky_relu(),
        *subpixel_conv3x3(n, n),
        leaky_relu(),
        conv3x3(n, wide),
        leaky_relu(),
        *subpixel_conv3x3(wide, wide),
        leaky_relu(),
        conv3x3(wide, 2 * n),
    )


def build_transforms(preset: Preset) -> Transforms:
    """Return the networks of the paper family with N = ``preset.latents`` channels.

    The hidden layer of the feature adaptation (Fig. 3) has N channels in both forms, so that the
    weights of the shift-only network fit the half of the scale-and-shift network that computes β.
    """
    n, condition = preset.latents, preset.condition
    return Transforms(
        g_a0=analysis0(n),
        g_a1=Analysis1(n),
        g_s=synthesis(n),
        snr_branch0=PublishedSnrBranch(n, condition, CHENG_LOCAL_BLOCKS[0]),
        snr_branch1=PublishedSnrBranch(n, condition, CHENG_LOCAL_BLOCKS[1]),
        f_a0=FeatureAdaptation(condition, n, n, scale=preset.scale_and_shift),
        f_a1=FeatureAdaptation(condition, n, n, scale=preset.scale_and_shift),
        h_a=hyper_analysis(n),
        h_s=hyper_synthesis(n),
    )
