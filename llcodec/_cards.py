"""Cards of weight files, read without loading the weights (and without PyTorch).

A safetensors file begins with the length of a JSON object, 8 bytes little-endian, and the object:
the shapes of all tensors, and the card that ``llcodec._weight_files`` writes among the metadata.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from llcodec._checksums import sha256_of
from llcodec._families import Family, Kind, family_of
from llcodec.errors import BrokenModelError, UnknownModelError

_MAX_HEADER = 100_000_000  # bytes; safetensors allows no more
_SHA256 = re.compile("[0-9a-f]{64}")
_WEIGHTS = ("weight", "bias")  # of the integer networks; the floats' tensors all count


@dataclass(frozen=True)
class TrainingFacts:
    """How a model was trained; None (or no λ) where its file does not say.

    Attributes:
        stage: ``plain`` or ``joint``, of codecs.
        lambdas: λ of the integer qualities, of codecs.
        steps: optimiser steps of the last run.
        hours: of that run and of those that it started from.
        exported: the date on which the weight file was made, as YYYY-MM-DD.
    """

    stage: str | None = None
    lambdas: tuple[float, ...] = ()
    steps: int | None = None
    hours: float | None = None
    exported: str | None = None

    def stored(self) -> dict[str, Any]:
        """Return these facts as JSON, the value of ``training`` on a card."""
        return {key: value for key, value in asdict(self).items() if value not in (None, ())}


@dataclass(frozen=True)
class ModelReference:
    """A model that another file names: its name, and the SHA-256 of its file, 64 digits."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Card:
    """What a weight file says about itself.

    Attributes:
        name: of the model; .llc files made by a codec contain its name.
        kind: what the model is for.
        preset: the name of the preset that its networks are built from.
        size: the whole file, in bytes.
        sha256: of the whole file, 64 hexadecimal digits.
        parameters: of all networks; probability tables do not count.
        training: how it was trained, as far as the file says.
        notes: free texts of whoever trained it: data, code, recipe, and others.
        model: the model that a look belongs to; None for everything else.
    """

    name: str
    kind: Kind
    preset: str
    size: int
    sha256: str
    parameters: int
    training: TrainingFacts
    notes: Mapping[str, str]
    model: ModelReference | None = None


def read_card(path: Path) -> Card:
    """Return what a weight file says about itself.

    Raises UnknownModelError if there is no such file, BrokenModelError if its head cannot be
    read. The weights are not looked at, except for their checksum.
    """
    with _reading(path):
        head = _head(path)
        card = take_card(head)
        return Card(
            name=str(card["name"]),
            kind=family_of(card["format"]).kind,
            preset=str(card["preset"]["name"]),
            size=path.stat().st_size,
            sha256=sha256_of(path),
            parameters=sum(_parameters(key, tensor["shape"]) for key, tensor in head.items()),
            training=training_on(card),
            notes=notes_on(card),
            model=reference_on(card),
        )


def read_kind(path: Path) -> Kind:
    """Return what the model of a weight file is for; raises as :func:`read_card` does."""
    return read_family(path).kind


def read_family(path: Path) -> Family:
    """Return the family of a weight file; raises as :func:`read_card` does."""
    with _reading(path):
        return family_of(take_card(_head(path))["format"])


def stored_card(path: Path) -> dict[str, Any]:
    """Return the card of any file that ``llcodec._weight_files`` writes, unchanged.

    Raises as :func:`read_card` does.
    """
    with _reading(path):
        return take_card(_head(path))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors from reading the head of a file into llcodec's own."""
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such weight file")
    try:
        yield
    except BrokenModelError as error:
        raise BrokenModelError(f"{path}: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BrokenModelError(f"{path}: not a weight file of llcodec, or damaged") from error
    except OSError as error:
        raise BrokenModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def take_card(head: dict[str, Any]) -> dict[str, Any]:
    """Take the card out of the head of a file: what is left of it are tensors.

    Raises BrokenModelError if the card is missing, and LookupError, TypeError or ValueError if it
    is damaged.
    """
    metadata = head.pop("__metadata__", {})
    if "llcodec" not in metadata:
        raise BrokenModelError("not a weight file of llcodec")
    card = json.loads(metadata["llcodec"])
    if not isinstance(card, dict):
        raise TypeError("the card is not an object")
    return card


def notes_on(card: Mapping[str, Any]) -> dict[str, str]:
    """Return the free texts of a card."""
    return {str(key): str(value) for key, value in card["notes"].items()}


def reference_on(card: Mapping[str, Any]) -> ModelReference | None:
    """Return the model that a card refers to, or None if it refers to no model.

    Raises LookupError, TypeError or ValueError if the card is damaged.
    """
    stored = card.get("model")
    if stored is None:
        return None
    reference = ModelReference(str(stored["name"]), str(stored["sha256"]))
    if not _SHA256.fullmatch(reference.sha256):
        raise ValueError("not a SHA-256")
    return reference


def training_on(card: Mapping[str, Any]) -> TrainingFacts:
    """Return how a model was trained: the fields of its card, or the notes of an older card.

    Raises LookupError, TypeError or ValueError if the card is damaged.
    """
    stored = card.get("training")
    if stored is None:
        return _training_in_notes(notes_on(card))
    facts = TrainingFacts(**{**stored, "lambdas": tuple(stored.get("lambdas", ()))})
    numbers = [n for n in (*facts.lambdas, facts.steps, facts.hours) if n is not None]
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise ValueError("not facts of a training")
    return facts


def _training_in_notes(notes: Mapping[str, str]) -> TrainingFacts:
    """Return the facts in the notes of files that were made before there were fields."""
    steps = _number_in(notes.get("steps", ""))
    recipe = _json_in(notes.get("recipe", ""))
    recipe = recipe if isinstance(recipe, dict) else {}
    stage = recipe.get("stage")
    lambdas = _json_in(notes["lambdas"]) if "lambdas" in notes else recipe.get("lambdas")
    if not isinstance(lambdas, list) or not all(isinstance(v, int | float) for v in lambdas):
        lambdas = []
    return TrainingFacts(
        stage=stage if isinstance(stage, str) else None,
        lambdas=tuple(lambdas),
        steps=int(steps) if steps is not None and steps.is_integer() else None,
        hours=_number_in(notes.get("hours", "")),
        exported=notes.get("exported"),
    )


def _number_in(note: str) -> float | None:
    """Parse a note as a finite number of at least 0; return None if it is something else."""
    try:
        number = float(note)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _json_in(note: str) -> Any:
    try:
        return json.loads(note)
    except (ValueError, RecursionError):
        return None


def _head(path: Path) -> dict[str, Any]:
    """Return the JSON object that a safetensors file begins with."""
    with path.open("rb") as file:
        return read_head(file, path.stat().st_size)


def read_head(file: BinaryIO, size: int) -> dict[str, Any]:
    """Return the JSON object at the beginning of a safetensors file of ``size`` bytes.

    Raises BrokenModelError if it is no such file, ValueError or TypeError if its head is damaged.
    """
    length, first = int.from_bytes(file.read(8), "little"), file.read(1)
    if first != b"{":
        raise BrokenModelError("not a weight file")
    if length > min(_MAX_HEADER, size):
        raise ValueError("the head is longer than the file")
    head = json.loads(first + file.read(length - 1))
    if not isinstance(head, dict):
        raise TypeError("the head is not an object")
    return head


def _parameters(key: str, shape: list[int]) -> int:
    """Return how many parameters a tensor holds: shifts, starts and tables are none."""
    kind, _, rest = key.partition(".")
    counts = kind == "float" or (kind == "integer" and rest.rpartition(".")[2] in _WEIGHTS)
    return math.prod(shape) if counts else 0
