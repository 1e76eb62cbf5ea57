"""LPIPS and DISTS of pictures in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._arrays import Pixels
from llcodec.metrics.perceptual.backbone import ALEXNET, VGG16, Backbone
from llcodec.metrics.perceptual.weights import read_features, sha256_of

_LIBRARY = "torchmetrics"
BACKBONES: Mapping[str, Backbone] = MappingProxyType({"lpips": ALEXNET, "dists": VGG16})
"""What each metric looks through."""

NAMES = tuple(BACKBONES)
# Pixels a side: AlexNet leaves nothing of smaller ones. DISTS takes any.
_LEAST: Mapping[str, int] = MappingProxyType({"lpips": 31, "dists": 1})


@dataclass(frozen=True)
class PerceptualMetric:
    """A distance of pictures that is ready to be measured; 0 for equal ones, near 1 at most.

    Attributes:
        name: ``lpips`` or ``dists``.
        weights: the name of the file that its backbone's weights came from.
        sha256: of that file.
        distance: of two pictures, 1×3×H×W each, from 0 to 1.
    """

    name: str
    weights: str
    sha256: str
    distance: Callable[[Tensor, Tensor], Tensor] = field(repr=False)

    def __call__(self, picture: Pixels, reference: Pixels) -> float:
        """Return the distance of two H×W×3 8-bit pictures, at the size that they have.

        The order makes no difference. Raises ValueError if their shapes differ, or if a side is
        too short for the backbone.
        """
        if picture.shape != reference.shape:
            raise ValueError(f"the shapes differ: {picture.shape} and {reference.shape}")
        if min(picture.shape[:2]) < _LEAST[self.name]:
            raise ValueError(f"{self.name} needs {_LEAST[self.name]} pixels a side")
        with torch.inference_mode():
            value = float(self.distance(_tensor(picture), _tensor(reference)))
        return max(value, 0.0)  # rounding goes below

    @property
    def decides(self) -> dict[str, str]:
        """What its values depend on besides the pictures."""
        return {"name": self.name, "sha256": self.sha256, _LIBRARY: version(_LIBRARY)}

    def record(self) -> dict[str, str | bool]:
        """Return what results say of it; ``published``: the hash begins as that of the weights."""
        backbone = BACKBONES[self.name]
        return {
            "backbone": backbone.name,
            "weights": self.weights,
            "sha256": self.sha256,
            "published": self.sha256.startswith(backbone.hash_start),
            _LIBRARY: version(_LIBRARY),
        }


@lru_cache(maxsize=len(NAMES))
def load_metric(name: str, weights: Path) -> PerceptualMetric:
    """Return one of ``NAMES`` with its backbone's weights from a file; kept in memory.

    Import the library first. Raises UnknownModelError if there is no such file, BrokenModelError
    if it is not the backbone's.
    """
    features = read_features(BACKBONES[name], weights)
    return PerceptualMetric(name, weights.name, sha256_of(weights), _network(name, features))


def _network(name: str, features: nn.Sequential) -> nn.Module:
    from llcodec.metrics.perceptual.networks import Dists, Lpips

    return Lpips(features) if name == "lpips" else Dists(features)


def _tensor(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
