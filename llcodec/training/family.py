"""What a family of networks brings to training: its recipes, and its way to a weight file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from torch import Tensor

from llcodec._cards import TrainingFacts
from llcodec._families import FAMILIES
from llcodec.data.folders import DataFolders
from llcodec.training.recipe_files import RecipeKind

R = TypeVar("R")


@dataclass(frozen=True)
class Export:
    """A checkpoint on its way to a weight file.

    Attributes:
        checkpoint: its path, for messages.
        weights: the averaged weights.
        run: the checkpoint's own notes.
        out: the weight file to write.
        name: the model's name; None is the name of its preset.
        notes: the free texts for the card.
        facts: how the model was trained, for the card.
        data: pictures that a codec is calibrated with.
        lambdas: λ that a codec's qualities are spread over, if not those of its training.
    """

    checkpoint: Path
    weights: dict[str, Tensor]
    run: Mapping[str, str]
    out: Path
    name: str | None
    notes: dict[str, str]
    facts: TrainingFacts
    data: DataFolders
    lambdas: Sequence[float] | None = None


@dataclass(frozen=True)
class TrainingFamily(Generic[R]):
    """How to train a family of networks.

    Attributes:
        recipes: its recipes.
        key: the note that tells its checkpoints from those of others, and holds their preset.
        export: writes the weight file of a checkpoint.
        has_qualities: whether it has qualities that can be spread over other values of λ.
    """

    recipes: RecipeKind[R]
    key: str
    export: Callable[[Export], None]
    has_qualities: bool = False


def training_families() -> Iterator[TrainingFamily[Any]]:
    """Yield how to train each family that this package trains, codecs first."""
    for family in FAMILIES:
        if family.training is not None:
            found: TrainingFamily[Any] = import_module(family.training).FAMILY
            yield found
