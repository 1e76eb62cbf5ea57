"""The SNR map of a dark picture (Joint-IC-LL, Eq. 6), as published and in a robust form."""

from torch import Tensor

from llcodec.nets.blocks import box_blur, luma
from llcodec.nets.constants import LEAST_NOISE, ROBUST_HALF
from llcodec.nets.presets import SnrKind


def snr_map(x: Tensor, kind: SnrKind, max_ratio: Tensor | None = None) -> Tensor:
    """Return the SNR map, B×1×H×W in [0, 1], of RGB pictures B×3×H×W in [0, 1].

    ``published`` divides by the maximum of the ratio (Joint-IC-LL, Eq. 6 and its code). A single
    flat pixel makes that maximum huge and the map almost zero. ``robust`` is s / (s + c) with the
    noise averaged over 5×5 pixels: it is local, so crops see the same map as the whole picture.

    Args:
        x: the pictures.
        kind: ``published`` or ``robust``.
        max_ratio: B×1×1×1, the maximum to divide by where ``x`` is a crop of a larger picture.
    """
    if kind == "published":
        ratio = snr_ratio(x)
        max_ratio = ratio.amax((-2, -1), keepdim=True) if max_ratio is None else max_ratio
        return (ratio / (max_ratio + 1e-4)).clamp(0, 1)
    blurred, noise = _signal_and_noise(x)
    return blurred / (blurred + ROBUST_HALF * (box_blur(noise) + LEAST_NOISE))


def snr_ratio(x: Tensor) -> Tensor:
    """Return the published ratio of signal to noise, not yet normalised, B×1×H×W."""
    blurred, noise = _signal_and_noise(x)
    return blurred / (noise + LEAST_NOISE)


def _signal_and_noise(x: Tensor) -> tuple[Tensor, Tensor]:
    grey = luma(x)
    blurred = box_blur(grey)  # the blur of each channel, since both are linear
    return blurred, (grey - blurred).abs()
