"""The linear path beside the residual transforms, initialised as a Karhunen–Loève transform.

One stride-16 convolution (and its transpose) makes the codec a working transform codec before
the first training step; the residual networks learn what a linear transform cannot do.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._bitstream import LINEAR_KERNEL, STRIDE

# Lapped: the basis starts in the middle 16×16 and may grow over its neighbours.
_MARGIN = (LINEAR_KERNEL - STRIDE) // 2


class LinearAnalysis(nn.Module):
    """B×3×H×W picture, mid grey at 0.5 → B×M×H/16×W/16 coefficients; H, W multiples of 16."""

    def __init__(self, latents: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, latents, LINEAR_KERNEL, STRIDE, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the coefficients of ``x`` − 0.5."""
        # A stride of 16 over 32 pixels is a 2×2 convolution over cells of 16×16 pixels, which needs
        # no unfolded copy of the picture.
        cells = F.pixel_unshuffle(F.pad(x - 0.5, (_MARGIN,) * 4, mode="replicate"), STRIDE)
        return F.conv2d(cells, _over_cells(self.conv.weight))


class LinearSynthesis(nn.Module):
    """B×M×h×w coefficients → B×3×16h×16w picture, mid grey at 0.5.

    A transposed convolution, written as a 2×2 convolution that gives cells of 16×16 pixels, which
    is several times as fast.
    """

    def __init__(self, latents: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(latents, 3, LINEAR_KERNEL, LINEAR_KERNEL))

    def forward(self, y: Tensor) -> Tensor:
        """Return the picture whose coefficients are ``y``."""
        # One more coefficient on each side, so that the lapped border blocks are complete.
        wide = F.pad(y, (1,) * 4, mode="replicate")
        return _overlapped(wide, self.weight)

    def block_means(self, y: Tensor, side: int = 1) -> Tensor:
        """Return the means of the picture's blocks of 16/s×16/s pixels, B×3×s·h×s·w.

        ``side`` is s: 1, 2, 4 or 8.
        """
        if side > 1:  # the halves of a kernel are whole blocks: a synthesis with smaller kernels
            block = STRIDE // side
            blocks = self.weight.reshape(-1, 3, 2 * side, block, 2 * side, block)
            return _overlapped(F.pad(y, (1,) * 4, mode="replicate"), blocks.mean((3, 5)))
        # A block has a quarter of the kernels of its neighbours in it, and the middle of its own.
        thirds = (
            slice(STRIDE + _MARGIN, None),
            slice(_MARGIN, STRIDE + _MARGIN),
            slice(_MARGIN),
        )
        rows = torch.stack([self.weight[:, :, third].sum(2) for third in thirds], 2)
        kernel = torch.stack([rows[..., third].sum(3) for third in thirds], 3) / STRIDE**2
        wide = F.pad(y, (1,) * 4, mode="replicate")
        return F.conv2d(wide, kernel.transpose(0, 1)) + 0.5


def _overlapped(wide: Tensor, weight: Tensor) -> Tensor:
    """Return the picture of coefficients with one more on each side, for kernels M×3×2s×2s."""
    side = weight.shape[-1] // 2
    # A cell has the last half of the kernel of the coefficient before it, and the first half of
    # its own.
    kernel = _over_cells(weight).flip(2, 3).transpose(0, 1)
    picture = F.pixel_shuffle(F.conv2d(wide, kernel), side)
    inner = slice(side // 2, -(side // 2))
    return picture[..., inner, inner] + 0.5


def _over_cells(weight: Tensor) -> Tensor:
    """Return M×3×2s×2s kernels as M×3s²×2×2, over cells in the order of ``pixel_unshuffle``."""
    side = weight.shape[-1] // 2
    halves = weight.reshape(-1, 3, 2, side, 2, side)
    return halves.permute(0, 1, 3, 5, 2, 4).reshape(len(weight), -1, 2, 2)


@torch.no_grad()
def init_from_basis(analysis: LinearAnalysis, synthesis: LinearSynthesis, basis: Tensor) -> None:
    """Set both convolutions to an orthonormal ``basis`` of shape M×3×16×16."""
    middle = slice(_MARGIN, _MARGIN + STRIDE)
    for weight in (analysis.conv.weight, synthesis.weight):
        weight.zero_()
        weight[:, :, middle, middle] = basis
