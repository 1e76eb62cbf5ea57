"""Measures of quality."""

from llcodec.metrics.psnr import gt_mean_psnr, psnr
from llcodec.metrics.ssim import ssim

__all__ = ["gt_mean_psnr", "psnr", "ssim"]
