"""The residual analysis and synthesis transforms of the presets ``fast`` and ``base``.

Dense 3×3 convolutions in residual blocks, which CPUs run best. The last layers start at zero: at
first, the linear path alone is the codec.

Version 2 has no stage at half of the size (a width of 0): few channels on many pixels are the
least efficient to compute. A pixel unshuffle by 4 takes its place.
"""

from torch import Tensor, nn

from llcodec.nets.adaptation import FeatureAdaptation
from llcodec.nets.attention import SnrBranch
from llcodec.nets.blocks import (
    ResidualBlock,
    conv3x3,
    he_init,
    leaky_relu,
    subpixel_conv3x3,
    zero_init,
)
from llcodec.nets.hyperprior import hyper_analysis, hyper_synthesis
from llcodec.nets.presets import Preset
from llcodec.nets.transforms import Transforms

INPUT_CHANNELS = 7  # x_g (3), the picture at a normalised exposure (3), the SNR map (1)


class Analysis0(nn.Module):
    """g_a0: B×7×H×W → B×C₂×H/4×W/4."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        (half, quarter, _, _), blocks = preset.widths, preset.blocks
        if half:
            entrance: list[nn.Module] = [
                nn.PixelUnshuffle(2),
                conv3x3(4 * INPUT_CHANNELS, half),
                leaky_relu(),
                *_residual_blocks(half, blocks[0]),
                conv3x3(half, quarter, stride=2),
            ]
        else:
            entrance = [nn.PixelUnshuffle(4), conv3x3(16 * INPUT_CHANNELS, quarter)]
        self.layers = nn.Sequential(*entrance, leaky_relu(), *_residual_blocks(quarter, blocks[1]))

    def forward(self, planes: Tensor) -> Tensor:
        """Return the features at a quarter of the size."""
        out: Tensor = self.layers(planes)
        return out


class Analysis1(nn.Module):
    """g_a1: B×C₂×H/4×W/4 → features B×C₄×H/16×W/16 and the residual of the latents."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        (_, quarter, eighth, sixteenth), blocks = preset.widths, preset.blocks
        self.layers = nn.Sequential(
            conv3x3(quarter, eighth, stride=2),
            leaky_relu(),
            *_residual_blocks(eighth, blocks[2]),
            conv3x3(eighth, sixteenth, stride=2),
            leaky_relu(),
            *_residual_blocks(sixteenth, blocks[3]),
        )
        self.to_latent = zero_init(conv3x3(sixteenth, preset.latents))

    def forward(self, y0: Tensor) -> tuple[Tensor, Tensor]:
        """Return (features, latent residual)."""
        features: Tensor = self.layers(y0)
        return features, self.to_latent(features)


class Synthesis(nn.Module):
    """g_s: B×M×h×w → the residual picture B×3×16h×16w. Local: no pooling, no attention."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = preset.widths
        blocks = preset.decoder_blocks or preset.blocks
        if half:
            exit_: list[nn.Module] = [
                subpixel_conv3x3(quarter, half),
                leaky_relu(),
                *_residual_blocks(half, blocks[0]),
                zero_init(conv3x3(half, 12)),
                nn.PixelShuffle(2),
            ]
        else:
            exit_ = [zero_init(conv3x3(quarter, 48)), nn.PixelShuffle(4)]
        self.layers = nn.Sequential(
            conv3x3(preset.latents, sixteenth),
            leaky_relu(),
            *_residual_blocks(sixteenth, blocks[3]),
            subpixel_conv3x3(sixteenth, eighth),
            leaky_relu(),
            *_residual_blocks(eighth, blocks[2]),
            subpixel_conv3x3(eighth, quarter),
            leaky_relu(),
            *_residual_blocks(quarter, blocks[1]),
            *exit_,
        )

    def forward(self, y: Tensor) -> Tensor:
        """Return the residual of the linear path."""
        out: Tensor = self.layers(y)
        return out


def build_transforms(preset: Preset) -> Transforms:
    """Return the networks of the fast family."""
    _, quarter, _, sixteenth = preset.widths
    latents, condition = preset.latents, preset.condition
    return Transforms(
        g_a0=he_init(Analysis0(preset)),
        g_a1=he_init(Analysis1(preset)),
        g_s=he_init(Synthesis(preset)),
        snr_branch0=he_init(SnrBranch(quarter, condition)),
        snr_branch1=he_init(SnrBranch(sixteenth, 2 * condition)),
        f_a0=he_init(_adaptation(condition, quarter, preset)),
        f_a1=he_init(_adaptation(2 * condition, latents, preset)),
        h_a=hyper_analysis(latents, preset.hyper_hidden, preset.hyper_latents),
        h_s=hyper_synthesis(preset.hyper_latents, preset.hyper_hidden, preset.hyper_features),
    )


def _residual_blocks(channels: int, count: int) -> list[ResidualBlock]:
    return [ResidualBlock(channels) for _ in range(count)]


def _adaptation(condition: int, channels: int, preset: Preset) -> FeatureAdaptation:
    scale = preset.scale_and_shift
    return FeatureAdaptation(condition, condition, channels, scale=scale, bounded=True)
