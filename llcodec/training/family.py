"""How a family of networks is trained: its recipes, and the export of its checkpoints."""

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
    """A checkpoint, and everything that is needed to export it as a weight file.

    Attributes:
        checkpoint: its path, for messages.
        weights: the averaged weights.
        run: the notes of the checkpoint.
        out: the weight file to write.
        name: of the model; None is the name of its preset.
        notes: the free texts for the card.
        facts: how the model was trained, for the card.
        data: pictures to calibrate a codec with.
        lambdas: λ of the qualities of a codec, if they differ from those of its training.
        codec: the weight file of the codec that a look belongs to, if not the one it started from.
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
    codec: Path | None = None


@dataclass(frozen=True)
class TrainingFamily(Generic[R]):
    """How to train a family of networks.

    Attributes:
        recipes: its recipes.
        key: the note that identifies its checkpoints, and contains their preset.
        export: writes the weight file of a checkpoint.
        has_qualities: whether it has qualities that can be set to other values of λ.
        has_codec: whether its models belong to a codec.
    """

    recipes: RecipeKind[R]
    key: str
    export: Callable[[Export], None]
    has_qualities: bool = False
    has_codec: bool = False


def training_families() -> Iterator[TrainingFamily[Any]]:
    """Yield the training record of each family that this package trains, codecs first."""
    for family in FAMILIES:
        if family.training is not None:
            found: TrainingFamily[Any] = import_module(family.training).FAMILY
            yield found
