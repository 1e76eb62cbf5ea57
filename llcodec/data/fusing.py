"""Targets that hold both exposures of a pair: the bright one, and lamps as the dark one has them.

Single bright exposures teach a network to burn out what is lit already. Where the bright picture is
burnt out and the dark one is well exposed, the dark one takes its place. Seams are hidden by
blending on a Laplacian pyramid (Burt and Adelson, "A multiresolution spline with application to
image mosaics", 1983). Exposure fusion (Mertens et al. 2007), which weighs both everywhere, darkens
the whole picture.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._arrays import Pixels
from llcodec.nets.blocks import luma

_BURNT = 0.88, 1.0  # from where on, and from where on wholly, the bright picture is burnt out
_LIT = 0.10, 0.35  # from where on, and from where on wholly, the dark picture is well exposed
_LEVELS = 6
_TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)  # the binomial filter of Burt and Adelson


def fuse(low: Pixels, high: Pixels, share: float = 1.0) -> Pixels:
    """Return H×W×3 8-bit pixels: ``high``, with what it burns out as in ``low``.

    Args:
        low: the dark half, H×W×3 8-bit.
        high: the bright half.
        share: how much of what is burnt out is replaced, 0 to 1.
    """
    dark, bright = (_planes(pixels) for pixels in (low, high))
    level = (bright.amax(1, keepdim=True) + luma(bright)) / 2
    replaced = share * _smoothstep(level, *_BURNT) * _smoothstep(luma(dark), *_LIT)
    if not float(replaced.max()):
        return high
    fused = _blended(dark, bright, _blurred(replaced))
    samples: Pixels = (
        (fused[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    )
    return samples


def _planes(pixels: Pixels) -> Tensor:
    whole = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]
    return whole.float() / 255


def _smoothstep(x: Tensor, start: float, end: float) -> Tensor:
    t = ((x - start) / (end - start)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def _blended(dark: Tensor, bright: Tensor, share: Tensor) -> Tensor:
    """Return ``share`` of ``dark`` and the rest of ``bright``, 1×3×H×W, band by band."""
    bands = []
    for _ in range(_LEVELS - 1):
        size = share.shape[-2:]
        small_dark, small_bright = _halved(dark), _halved(bright)
        dark, bright = dark - _doubled(small_dark, size), bright - _doubled(small_bright, size)
        bands.append(torch.lerp(bright, dark, share))
        dark, bright, share = small_dark, small_bright, _halved(share)
    out = torch.lerp(bright, dark, share)
    for band in reversed(bands):
        out = _doubled(out, band.shape[-2:]) + band
    return out


def _halved(x: Tensor) -> Tensor:
    return _blurred(x)[..., ::2, ::2]


def _doubled(x: Tensor, size: torch.Size) -> Tensor:
    """Return ``x`` at twice its size, or a row or column less."""
    return F.interpolate(x, (size[0], size[1]), mode="bilinear", align_corners=False)


def _blurred(x: Tensor) -> Tensor:
    channels = x.shape[1]
    taps = torch.tensor(_TAPS)
    for kernel in (taps.view(1, 1, 5, 1), taps.view(1, 1, 1, 5)):
        around = (kernel.shape[-1] // 2,) * 2 + (kernel.shape[-2] // 2,) * 2
        padded = F.pad(x, around, mode="replicate")
        x = F.conv2d(padded, kernel.expand(channels, 1, -1, -1), groups=channels)
    return x
