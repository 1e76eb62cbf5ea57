"""Perceptual distances by published networks: LPIPS and DISTS.

Both are those of torchmetrics (extra ``perceptual``), which ships the weights that their authors
fitted. The weights of the backbones, trained on ImageNet, are downloaded.
"""

from llcodec.metrics.perceptual.choice import MetricChoice, parse_metrics
from llcodec.metrics.perceptual.metric import NAMES, PerceptualMetric, min_side

__all__ = ["NAMES", "MetricChoice", "PerceptualMetric", "min_side", "parse_metrics"]
