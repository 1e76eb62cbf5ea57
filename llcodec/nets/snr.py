"""The SNR map of a dark picture (Joint-IC-LL, Eq. 6), as published and in a robust form."""

from typing import Literal

from torch import Tensor

from llcodec.nets.blocks import box_blur, luma

SnrKind = Literal["published", "robust"]

# Luma over noise at which the robust map is one half. The lows of LOL have a median of about 10.
ROBUST_HALF = 10.0


def snr_map(x: Tensor, kind: SnrKind) -> Tensor:
    """Return the SNR map, B×1×H×W in [0, 1], of RGB pictures B×3×H×W in [0, 1].

    ``published`` divides by the map's own maximum (Joint-IC-LL, Eq. 6 and its code). A single
    flat pixel makes that maximum huge and the map almost zero. ``robust`` is s / (s + c) with
    the noise averaged over 5×5 pixels: it depends on no other place of the picture, so crops
    and tiles see the same map as the whole.
    """
    grey = luma(x)
    blurred = box_blur(grey)  # the blur of each channel, since both are linear
    noise = (grey - blurred).abs()
    if kind == "published":
        ratio = blurred / (noise + 1e-4)
        return (ratio / (ratio.amax((-2, -1), keepdim=True) + 1e-4)).clamp(0, 1)
    return blurred / (blurred + ROBUST_HALF * (box_blur(noise) + 1e-4))
