"""The mask extractor, ME, with the collaborative attention module, CAM (section 3.4, Fig. 4)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from llcodec.nerco.constants import LEAST_ATTENTION, LEAST_SQUEEZED, SQUEEZE
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.resnet import ResnetBlock, gaussian_start, stem
from llcodec.nerco.subpixel import even_start
from llcodec.nerco.views import View
from llcodec.nerco.whole_picture import log_odds, statistics
from llcodec.nets.blocks import ResidualBlock, conv3x3, he_init, leaky_relu

_EVEN_LIGHT = 0.7  # the initial I_M of ``compact`` is tanh(0.7) = 0.6 everywhere


@dataclass(frozen=True)
class Mask:
    """The output of ME for a dark picture.

    ``attention`` is I_A, B×1×H×W in (0, 1). ``lightness`` is I_M, B×3×H×W in (−1, 1): the
    difference between the bright picture and the dark one, both in [−1, 1]. ``weights`` is I_A as
    generators apply it: unchanged in ``paper``, relative to its mean over the complete picture in
    ``compact``.
    """

    attention: Tensor
    lightness: Tensor
    weights: Tensor


class CollaborativeAttention(nn.Module):
    """CAM: features B×C×H×W → attention map B×1×h×w in (0, 1).

    Channels are weighted by pooled features (mean and maximum) of the complete picture. The map is
    computed from the mean and the maximum over the weighted channels, by ``to_map``: 2 planes → 1.
    """

    def __init__(self, channels: int, to_map: nn.Module) -> None:
        super().__init__()
        hidden = max(LEAST_SQUEEZED, channels // SQUEEZE)
        self.weigh = nn.Sequential(
            nn.Conv2d(2 * channels, hidden, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(hidden, 2 * channels, 1, bias=False),
            nn.Conv2d(2 * channels, channels, 1, bias=False),
        )
        self.to_map = to_map

    def forward(self, features: Tensor, of_whole: Tensor) -> Tensor:
        """Return the map of ``features``; ``of_whole`` are those of the complete picture."""
        around = (-2, -1)
        pooled = (of_whole.mean(around, keepdim=True), of_whole.amax(around, keepdim=True))
        weighted = features * self.weigh(torch.cat(pooled, 1))
        planes = (weighted.mean(1, keepdim=True), weighted.amax(1, keepdim=True))
        return torch.sigmoid(self.to_map(torch.cat(planes, 1)))


class MaskExtractor(nn.Module):
    """ME: views of dark pictures → lightness mask I_M and attention map I_A.

    In ``paper``, both are computed from features at full size, padded by 3 pixels for the 7×7
    kernels. ``compact`` computes them at a quarter of the size, and pools features of the overview.
    """

    def __init__(self, preset: NercoPreset) -> None:
        super().__init__()
        width, blocks = preset.mask_width, preset.mask_blocks
        self.compact = preset.family == "compact"
        if self.compact:
            self.features = nn.Sequential(
                nn.PixelUnshuffle(4),
                conv3x3(96, width),
                leaky_relu(),
                *(ResidualBlock(width) for _ in range(blocks)),
            )
            last = conv3x3(width, 48)
            self.to_lightness = nn.Sequential(last, nn.PixelShuffle(4), nn.Tanh())
            flat = nn.Conv2d(2, 1, 7, padding=3, bias=False)
            upsampled = nn.Upsample(scale_factor=4, mode="bilinear", align_corners=False)
            self.cam = CollaborativeAttention(width, nn.Sequential(flat, upsampled))
            he_init(self)
            _quiet_start(even_start(last, 4), 0.1, bias=_EVEN_LIGHT)
            for layer in (flat, *self.cam.weigh):
                _quiet_start(layer, 0.3)
        else:
            self.features = nn.Sequential(
                *stem(3, width), *(ResnetBlock(width) for _ in range(blocks)), nn.ReflectionPad2d(3)
            )
            self.to_lightness = nn.Sequential(nn.Conv2d(width, 3, 7), nn.Tanh())
            self.cam = CollaborativeAttention(width, nn.Conv2d(2, 1, 7, bias=False))
            gaussian_start(self)

    def forward(self, view: View) -> Mask:
        """Return both masks."""
        features = self.features(self._planes(view))
        if not self.compact:
            attention = self.cam(features, features)
            return Mask(attention, self.to_lightness(features), attention)
        of_whole = self.features(self._planes(view.of_overview()))
        attention = self.cam(features, of_whole)
        # The published generators normalise their input, so that only differences of attention
        # count. Without this, I_A would fall to zero everywhere.
        mean = self.cam(of_whole, of_whole).mean((-2, -1), keepdim=True)
        weights = attention / mean.clamp(min=LEAST_ATTENTION)
        return Mask(attention, self.to_lightness(features), weights)

    def _planes(self, view: View) -> Tensor:
        if not self.compact:
            return view.picture
        white = statistics(view.overview).whitened(view.picture)
        return torch.cat((white, log_odds(view.picture)), 1)


@torch.no_grad()
def _quiet_start(layer: nn.Module, share: float, bias: float = 0.0) -> None:
    """Initialise a layer with a share of the He deviation, so that masks are not saturated."""
    if isinstance(layer, nn.Conv2d):
        layer.weight.mul_(share)
        if layer.bias is not None:
            layer.bias.fill_(bias)
