"""Distances as people see them, by networks that others trained: LPIPS and DISTS.

Both are torchmetrics' (the extra ``perceptual``), with the weights that their authors fitted and it
ships. What they look through, AlexNet and VGG16 trained on ImageNet, nobody ships: it is loaded.
"""

from llcodec.metrics.perceptual.choice import MetricChoice, parse_metrics
from llcodec.metrics.perceptual.metric import NAMES, PerceptualMetric

__all__ = ["NAMES", "MetricChoice", "PerceptualMetric", "parse_metrics"]
