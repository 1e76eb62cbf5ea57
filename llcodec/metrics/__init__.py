"""Quality metrics of images, as functions of H×W×3 8-bit arrays.

Internal: used by ``llc bench``; names may change between releases.
"""

from llcodec.metrics.error_split import best_gain_psnr, local_psnr
from llcodec.metrics.loe import loe
from llcodec.metrics.niqe import niqe
from llcodec.metrics.psnr import gt_mean_psnr, psnr
from llcodec.metrics.ssim import ms_ssim, ssim

__all__ = ["best_gain_psnr", "gt_mean_psnr", "local_psnr", "loe", "ms_ssim", "niqe", "psnr", "ssim"]
