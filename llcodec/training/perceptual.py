"""LPIPS as a loss: which networks trainings use, how its weights are given, what a run records."""

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial
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


class BackbonesInTurn:
    """LPIPS as the loss of a training, with the features of its backbones in turn.

    The networks are copies on ``device``, and compute in the precision of what calls them.

    Attributes:
        networks: one for each backbone of the recipe, in its order.
        settings: what a run folder records: a run resumes with the same features only.

    Raises:
        InputError: if the metrics are not those of the backbones, in order.
    """

    def __init__(
        self,
        metrics: Sequence[PerceptualMetric],
        backbones: Sequence[BackboneName],
        device: torch.device,
    ) -> None:
        if [metric.name for metric in metrics] != [_METRICS[backbone] for backbone in backbones]:
            names = " and ".join(backbones)
            raise InputError(f"this recipe needs LPIPS on {names}, in this order")
        self.networks = [network_on(metric, device) for metric in metrics]
        self.settings = {metric.name: metric.sha256 for metric in metrics}

    def at(self, step: int) -> Callable[[Tensor, Tensor], Tensor]:
        """Return :func:`distances` with the network whose turn it is at a step."""
        return partial(distances, self.networks[step % len(self.networks)])


def distances(network: nn.Module, pictures: Tensor, targets: Tensor) -> Tensor:
    """Return the distance of each picture to its target, B values for B×3×H×W in [0, 1]."""
    found: Tensor = network(pictures, targets)
    return found.float().flatten()
