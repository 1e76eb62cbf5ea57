"""Quality metrics of images, as functions of H×W×3 8-bit arrays.

Internal: used by ``llc bench``; names may change between releases.
"""

from llcodec.metrics.error_split import best_gain_psnr, local_psnr
from llcodec.metrics.lit_places import black_level, contrast_kept
from llcodec.metrics.loe import loe
from llcodec.metrics.niqe import niqe
from llcodec.metrics.psnr import gt_mean_psnr, psnr
from llcodec.metrics.ssim import ms_ssim, ssim
from llcodec.metrics.ssimulacra2 import ssimulacra2

__all__ = [
    "best_gain_psnr",
    "black_level",
    "contrast_kept",
    "gt_mean_psnr",
    "local_psnr",
    "loe",
    "ms_ssim",
    "niqe",
    "psnr",
    "ssim",
    "ssimulacra2",
]
