"""The generators: G_H brightens and G_L darkens (section 3.4, Eqs. 8 and 9)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nerco.constants import CODE, SHARPEST, SMOOTHER, SMOOTHINGS
from llcodec.nerco.mask_extractor import Mask
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.resnet import ResnetGenerator, gaussian_start
from llcodec.nerco.views import View
from llcodec.nerco.whole_picture import (
    CodedBlock,
    OverviewCode,
    from_log_odds,
    log_odds,
    statistics,
)
from llcodec.nets.blocks import conv3x3, he_init, leaky_relu

_BRIGHT = 0.0  # log-odds of 50 % of white, the initial target of G_H
_QUIET = 0.03  # of the He deviation, so that generators start as simple rules


class ShiftGenerator(nn.Module):
    """The compact generator: G(x) = tanh(atanh(x) + shift), shift = start + global + local.

    ``start`` is a simple rule for the beginning of training. The global part comes from the code of
    the complete picture, the local part from convolutions at 1/2 and 1/4 of the size. The local
    part is a plane at half the size that is enlarged smoothly. So G can brighten an area, but not
    draw texture there, which discriminators would reward and which the dual loop would use to hide
    information.

    With ``smoothing``, the convolutions also select, for each sample, a mixture of x and smoothed
    versions of x that replaces x, so that noise is removed before it is amplified. At first, this
    mixture is the smoother the more the simple rule amplifies; bright pictures do not change.
    """

    def __init__(
        self, planes: int, overviews: int, width: int, blocks: int, *, smoothing: bool = False
    ) -> None:
        super().__init__()
        half = width // 2
        self.smoothing = smoothing
        self.code = OverviewCode(3 * overviews)
        self.head = nn.Sequential(nn.PixelUnshuffle(2), conv3x3(4 * planes, half), leaky_relu())
        self.down = nn.Sequential(conv3x3(half, width, stride=2), leaky_relu())
        self.body = nn.ModuleList(CodedBlock(width) for _ in range(blocks))
        # With pixel shuffles it could add a mosaic to all pictures, which resembles texture.
        self.up = nn.Sequential(conv3x3(width, half), _twice())
        last = conv3x3(half, 3 * (1 + len(SMOOTHINGS)) if smoothing else 3)
        self.tail = nn.Sequential(leaky_relu(), conv3x3(half, half), leaky_relu(), last, _twice())
        self.global_shift = nn.Linear(CODE, 3)
        nn.init.zeros_(self.global_shift.weight)
        nn.init.zeros_(self.global_shift.bias)
        he_init(self)
        with torch.no_grad():
            last.weight.mul_(_QUIET)

    def forward(self, x: Tensor, planes: Tensor, overviews: Tensor, start: Tensor) -> Tensor:
        """Return the generated pictures B×3×H×W in ±1.002.

        ``x``, B×3×H×W in [−1, 1], is shifted; ``planes``, B×P×H×W, are the input of the local part;
        ``overviews``, B×3N×h×w, are log-odds; ``start`` is B×3×1×1 or B×1×1×1.
        """
        code = self.code(overviews)
        fine = self.head(planes)
        features = self.down(fine)
        for block in self.body:
            features = block(features, code)
        local = self.tail(self.up(features) + fine)
        local, choice = local[:, :3], local[:, 3:]
        shift = start + self.global_shift(code)[..., None, None] + local
        quiet = _mixture(x, choice, start) if self.smoothing else x
        return from_log_odds(log_odds(quiet) + shift)


def _twice() -> nn.Module:
    return nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)


def _mixture(x: Tensor, choice: Tensor, start: Tensor) -> Tensor:
    """Return the mixture of smoothed versions of x, B×3×H×W, by logits B×9×H×W and the rule."""
    sharpest, smoother = (
        start.new_tensor(logits).view(1, -1, 1, 1, 1) for logits in (SHARPEST, SMOOTHER)
    )
    learned = torch.stack(choice.float().chunk(len(SMOOTHINGS), 1), 1)
    share = (learned + sharpest + smoother * start[:, None]).softmax(1)
    versions = [
        F.avg_pool2d(x, side, 1, side // 2, count_include_pad=False) if side > 1 else x
        for side in SMOOTHINGS
    ]
    return torch.sum(share * torch.stack(versions, 1), 1)


class BrighteningGenerator(nn.Module):
    """G_H: dark pictures and their normalised versions, weighted by I_A → bright pictures.

    As in the released code, its input is the picture with I_NR: I_A ⊗ (I_L, I_NR), six planes; in
    Eq. 8 it is only I_A ⊗ I_NR. ``compact`` starts as the rule that raises the mean log-odds of the
    complete picture to that of 50 % of white.
    """

    def __init__(self, preset: NercoPreset) -> None:
        super().__init__()
        width, blocks = preset.enhancer_width, preset.enhancer_blocks
        if preset.family == "compact":
            self.net: ShiftGenerator | ResnetGenerator = ShiftGenerator(
                6, 1, width, blocks, smoothing=True
            )
        else:
            self.net = ResnetGenerator(6, width, blocks)
            gaussian_start(self)

    def forward(self, view: View, normalised: Tensor, mask: Mask | None = None) -> Tensor:
        """Return Ĩ_H, B×3×H×W in [−1, 1]; without a mask all positions have equal weights."""
        both = (view.picture, normalised)
        if isinstance(self.net, ResnetGenerator):
            out: Tensor = self.net(_attended(torch.cat(both, 1), mask))
            return out
        whole = statistics(view.overview)
        planes = _attended(torch.cat([whole.whitened(x) for x in both], 1), mask)
        start = (_BRIGHT - whole.mean.mean(1, keepdim=True)).clamp(min=0)
        bright: Tensor = self.net(view.picture, planes, log_odds(view.overview), start)
        return bright


class DarkeningGenerator(nn.Module):
    """G_L: bright pictures, weighted by the I_A of a dark one → dark pictures.

    Dark pictures have many exposures. In ``compact``, the input of G_L includes the overview of the
    dark picture whose exposure it should reproduce: that of the input (Eq. 8), or that whose
    attention map is transferred (Eq. 9). Otherwise the first loop could only close if G_H hid the
    exposure in bright pictures. It starts by matching the mean log-odds of both.
    """

    def __init__(self, preset: NercoPreset) -> None:
        super().__init__()
        width, blocks = preset.degrader_width, preset.degrader_blocks
        if preset.family == "compact":
            self.net: ShiftGenerator | ResnetGenerator = ShiftGenerator(3, 2, width, blocks)
        else:
            self.net = ResnetGenerator(3, width, blocks)
            gaussian_start(self)

    def forward(self, view: View, goal: Tensor, mask: Mask | None = None) -> Tensor:
        """Return Ĩ_L, B×3×H×W in [−1, 1]; ``goal``, B×3×h×w, is an overview of a dark picture."""
        if isinstance(self.net, ResnetGenerator):
            out: Tensor = self.net(_attended(view.picture, mask))
            return out
        whole = statistics(view.overview)
        planes = _attended(whole.whitened(view.picture), mask)
        start = statistics(goal).mean - whole.mean
        overviews = torch.cat((log_odds(view.overview), log_odds(goal)), 1)
        dark: Tensor = self.net(view.picture, planes, overviews, start)
        return dark


def _attended(planes: Tensor, mask: Mask | None) -> Tensor:
    return planes if mask is None else planes * mask.weights
