"""LPIPS as a loss: which networks trainings use, how its weights are given, what a run records."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor, nn

from llcodec.errors import InputError
from llcodec.metrics.perceptual import MetricChoice, PerceptualMetric
from llcodec.training.recipe import BackboneName

_METRICS: Mapping[BackboneName, str] = MappingProxyType(
    {"squeezenet": "lpips-squeeze", "alexnet": "lpips"}
)


def load_backbones(
    backbones: Sequence[BackboneName], weights: Sequence[Path]
) -> tuple[PerceptualMetric, ...]:
    """Load LPIPS with each of the ``backbones`` of a recipe.

    ``weights`` are files with their weights, in the same order, or none to download them.

    Raises:
        InputError: if the number of files is another, or the extra is not installed.
        UnknownModelError: if weights cannot be found or downloaded.
        BrokenModelError: if they are not those of the network.
    """
    if weights and len(weights) != len(backbones):
        needed = " and ".join(backbones)
        raise InputError(f"give --lpips FILE for each backbone, in this order: {needed}")
    files: Sequence[Path | None] = weights or [None] * len(backbones)
    return tuple(
        MetricChoice(_METRICS[backbone], file).load("--lpips FILE")
        for backbone, file in zip(backbones, files, strict=True)
    )


def network_on(metric: PerceptualMetric, device: torch.device) -> nn.Module:
    """Return the network of a metric on a device.

    It is a copy: loaded metrics are kept in memory, and stay where they are.
    """
    return copy.deepcopy(metric.distance).to(device)


def distances(network: nn.Module, pictures: Tensor, targets: Tensor) -> Tensor:
    """Return the distance of each picture to its target, B values for B×3×H×W in [0, 1]."""
    found: Tensor = network(pictures, targets)
    return found.float().flatten()


def check_metrics(metrics: Sequence[PerceptualMetric], backbones: Sequence[BackboneName]) -> None:
    """Raise InputError unless there is a metric for each backbone of a recipe."""
    if [metric.name for metric in metrics] != [_METRICS[backbone] for backbone in backbones]:
        names = " and ".join(backbones)
        raise InputError(f"a recipe with a weight of perceptual needs LPIPS on {names}")


def settings_of(metrics: Sequence[PerceptualMetric]) -> dict[str, str]:
    """Return what a run folder records of metrics: a run resumes with the same features only."""
    return {metric.name: metric.sha256 for metric in metrics}
