"""The SNR-aware enhancer (Xu et al., "SNR-Aware Low-Light Image Enhancement", CVPR 2022).

    x ─ conv ─ ↓2 ─ ↓2 ─ block ─┬─ local blocks ─────────── · m ─────┬─ block ─ ↑2 ─ ↑2 ─ conv ─ + x
                                └─ transformer of patches ─ · (1−m) ─┘

m is the SNR map: where a picture is noisy, far places help more than near ones (section 3). The
features on the way down are seen again on the way up.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nets.blocks import conv3x3, pad_to_multiple
from llcodec.nets.snr import snr_map
from llcodec.nets.snr_transformer import PatchTransformer, PlainResidualBlock
from llcodec.snr_aware.presets import MULTIPLE, SLOPE, SnrAwarePreset


class SnrAwareNetwork(nn.Module):
    """Dark pictures B×3×H×W in [0, 1] → bright ones; H and W are multiples of 16."""

    def __init__(self, preset: SnrAwarePreset) -> None:
        super().__init__()
        full, half, quarter = preset.widths
        self.preset = preset
        self.down0 = conv3x3(3, full)
        self.down1 = conv3x3(full, half, stride=2)
        self.down2 = conv3x3(half, quarter, stride=2)
        self.front = PlainResidualBlock(quarter)
        self.local = nn.Sequential(
            *(PlainResidualBlock(quarter) for _ in range(preset.local_blocks))
        )
        same = preset.features == quarter
        self.into = nn.Identity() if same else conv3x3(quarter, preset.features)
        self.transformer = PatchTransformer(preset.features, preset.transformer)
        self.back = nn.Identity() if same else conv3x3(preset.features, quarter)
        self.fused = PlainResidualBlock(quarter)
        self.up1 = conv3x3(2 * quarter, 4 * half)
        self.up0 = conv3x3(2 * half, 4 * full)
        self.mix = conv3x3(2 * full, full)
        self.last = conv3x3(full, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the bright pictures, not clamped."""
        d0 = _act(self.down0(x))
        d1 = _act(self.down1(d0))
        d2 = _act(self.down2(d1))
        features = self.front(d2)
        m = F.interpolate(snr_map(x.float(), self.preset.snr), features.shape[-2:], mode="nearest")
        far = self.back(self.transformer(self.into(features), m))
        share = m.to(features.dtype)
        fused = self.fused(self.local(features) * share + far * (1 - share))
        up = _act(F.pixel_shuffle(self.up1(torch.cat((fused, d2), 1)), 2))
        up = _act(F.pixel_shuffle(self.up0(torch.cat((up, d1), 1)), 2))
        up = _act(self.mix(torch.cat((up, d0), 1)))
        out: Tensor = self.last(up).float() + x
        return out

    @torch.no_grad()
    def enhance(self, x: Tensor) -> Tensor:
        """Return bright pictures for dark ones, B×3×H×W in [0, 1], of any size.

        Attention sees the whole picture at once: memory grows with the square of its pixels.
        """
        height, width = x.shape[-2:]
        bright: Tensor = self(pad_to_multiple(x, MULTIPLE))
        return bright[..., :height, :width].clamp(0, 1)


def _act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)
