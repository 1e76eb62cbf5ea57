"""Compute LPIPS and DISTS of pictures in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._arrays import Pixels
from llcodec._checksums import sha256_of
from llcodec.metrics.perceptual.backbone import ALEXNET, SQUEEZENET, VGG16, Backbone
from llcodec.metrics.perceptual.weights import read_features

_LIBRARY = "torchmetrics"
BACKBONES: Mapping[str, Backbone] = MappingProxyType(
    {"lpips": ALEXNET, "lpips-squeeze": SQUEEZENET, "dists": VGG16}
)
"""The backbone of each metric."""

NAMES = tuple(BACKBONES)
# Pixels per side: the networks of LPIPS would reduce smaller pictures to nothing.
_MIN_SIDE: Mapping[str, int] = MappingProxyType({"lpips": 31, "lpips-squeeze": 17, "dists": 1})


@dataclass(frozen=True)
class PerceptualMetric:
    """A perceptual distance with its weights loaded: 0 for equal pictures, about 1 at most.

    Attributes:
        name: one of ``NAMES``.
        weights: the file name of its backbone's weights.
        sha256: of that file.
        distance: computes the distance of pictures, B×3×H×W each, with values from 0 to 1.
    """

    name: str
    weights: str
    sha256: str
    distance: nn.Module = field(repr=False)

    def __call__(self, picture: Pixels, reference: Pixels) -> float:
        """Return the distance of two H×W×3 8-bit pictures, which are not resized.

        The distance is symmetric.

        Raises:
            ValueError: if the shapes differ, or a side is too short for the backbone.
        """
        if picture.shape != reference.shape:
            raise ValueError(f"the shapes differ: {picture.shape} and {reference.shape}")
        if min(picture.shape[:2]) < _MIN_SIDE[self.name]:
            raise ValueError(f"{self.name} needs at least {_MIN_SIDE[self.name]} pixels per side")
        with torch.inference_mode():
            value = float(self.distance(_tensor(picture), _tensor(reference)))
        return max(value, 0.0)  # rounding can make it negative

    @property
    def decides(self) -> dict[str, str]:
        """Everything but the pictures that its values depend on, for cache keys."""
        return {"name": self.name, "sha256": self.sha256, _LIBRARY: version(_LIBRARY)}

    def record(self) -> dict[str, str | bool]:
        """Return its record for results; ``published`` says whether the weights are published."""
        backbone = BACKBONES[self.name]
        return {
            "backbone": backbone.name,
            "weights": self.weights,
            "sha256": self.sha256,
            "published": self.sha256.startswith(backbone.hash_start),
            _LIBRARY: version(_LIBRARY),
        }


def min_side(name: str) -> int:
    """Return how many pixels a picture must have on its shorter side for one of ``NAMES``."""
    return _MIN_SIDE[name]


@lru_cache(maxsize=len(NAMES))
def load_metric(name: str, weights: Path) -> PerceptualMetric:
    """Load one of ``NAMES`` with the weights of its backbone from a file; cached in memory.

    Call :func:`~llcodec.metrics.perceptual.library.import_library` first.

    Raises:
        UnknownModelError: if there is no such file.
        BrokenModelError: if it does not contain the weights of the backbone.
    """
    features = read_features(BACKBONES[name], weights)
    return PerceptualMetric(name, weights.name, sha256_of(weights), _network(name, features))


def _network(name: str, features: nn.Sequential) -> nn.Module:
    from llcodec.metrics.perceptual.networks import Dists, Lpips

    if name == "dists":
        return Dists(features)
    return Lpips("alex" if name == "lpips" else "squeeze", features)


def _tensor(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
