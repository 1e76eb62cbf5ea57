"""The part of a family of networks that enhances."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from llcodec._families import Family
from llcodec.engine.choice import Choice, EngineRequest
from llcodec.enhancing.pieces import Network
from llcodec.errors import ModelError


@dataclass(frozen=True)
class EnhancingFamily:
    """How to enhance with a family of networks.

    Attributes:
        presets: its presets, by name.
        load: reads a weight file into the requested engine, and returns the engine in use;
            raises ModelError if its model does not enhance.
        build: makes the network of a preset in PyTorch with random weights, without what only
            training needs.
        apply: one pass of such a network over a tensor of pictures 1×3×H×W in [0, 1], H and W
            multiples of 64.
    """

    presets: Mapping[str, Any]
    load: Callable[[Path, EngineRequest], tuple[Network, Choice]]
    build: Callable[[Any], Any]
    apply: Callable[[Any, Any], Any]


def enhancing_family(family: Family) -> EnhancingFamily:
    """Return how to enhance with a family.

    Raises:
        ModelError: if its models do not enhance.
    """
    if family.enhancing is None:
        raise ModelError(f"models of the family {family.name} do not enhance")
    found: EnhancingFamily = import_module(family.enhancing).FAMILY
    return found
