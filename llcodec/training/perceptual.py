"""LPIPS as a loss: which network trainings use, how its weights are given, what a run records."""

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from llcodec.metrics.perceptual import MetricChoice, PerceptualMetric

LPIPS = "lpips-squeeze"  # the smallest of its networks: a step must not cost twice as much


def load_lpips(weights: Path | None) -> PerceptualMetric:
    """Load LPIPS from a file with the weights of SqueezeNet 1.1, or download them.

    Raises:
        InputError: if the extra ``perceptual`` is not installed.
        UnknownModelError: if the weights cannot be found or downloaded.
        BrokenModelError: if they are not those of the network.
    """
    return MetricChoice(LPIPS, weights).load("--lpips FILE")


def network_on(metric: PerceptualMetric, device: torch.device) -> nn.Module:
    """Return the network of a metric on a device.

    It is a copy: loaded metrics are kept in memory, and stay where they are.
    """
    return copy.deepcopy(metric.distance).to(device)


def distances(network: nn.Module, pictures: Tensor, targets: Tensor) -> Tensor:
    """Return the distance of each picture to its target, B values for B×3×H×W in [0, 1]."""
    found: Tensor = network(pictures, targets)
    return found.float().flatten()


def settings_of(metric: PerceptualMetric) -> dict[str, str]:
    """Return what a run folder records of its metric: a run resumes with the same features only."""
    return {"name": metric.name, "sha256": metric.sha256}
