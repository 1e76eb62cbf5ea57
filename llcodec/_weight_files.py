"""What all weight files are: safetensors and a card, written atomically, never trusted.

The card is a JSON object among the metadata: everything but the tensors. Float networks are kept
in half precision, under keys that begin with ``float.``.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from llcodec._cards import TrainingFacts, notes_on, read_head, take_card, training_on
from llcodec._outputs import atomic_write
from llcodec._parameter_budget import parameter_budget
from llcodec.container.header import NAME
from llcodec.errors import BrokenModelError, UnknownModelError

Tensors = dict[str, Tensor]
StoredCard = dict[str, Any]
File = TypeVar("File")
Network = TypeVar("Network", bound=nn.Module)

_MOST = 4 * 2**30  # bytes; the largest published network here has a fifth of one
CARD = "llcodec"  # the key of the card in the metadata
_FLOAT = "float."
# Exceptions that reading a damaged file may raise, besides those of checks.
_DAMAGE = (
    SafetensorError,
    LookupError,
    ArithmeticError,
    AttributeError,
    ValueError,
    TypeError,
    RuntimeError,
    OSError,
)


def write_weight_file(path: Path, tensors: Tensors, card: Mapping[str, Any]) -> None:
    """Write a weight file atomically.

    Raises BrokenModelError if a tensor holds values that no reader would accept, OutputError if
    the file cannot be written.
    """
    check_finite(tensors)
    # One key only: safetensors writes several in any order, and equal models shall be equal files.
    metadata = {CARD: json.dumps(card, sort_keys=True)}
    with atomic_write(path) as part:
        part.write_bytes(save(tensors, metadata))


def read_weight_file(
    path: Path, formats: Sequence[str], assemble: Callable[[StoredCard, Tensors, str], File]
) -> File:
    """Return what ``assemble`` makes of the card, the tensors and the SHA-256 of a file.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is of none of the
    formats or damaged, or if ``assemble`` fails.
    """
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such weight file")
    try:
        if path.stat().st_size > _MOST:
            raise BrokenModelError("larger than any weight file")
        data = path.read_bytes()  # never mapped: a file may change while its model is in use
        card = take_card(read_head(BytesIO(data), len(data)))
        if card.get("format") not in formats:
            raise BrokenModelError(f"not a weight file of the format {' or '.join(formats)}")
        return assemble(card, load(data), hashlib.sha256(data).hexdigest())
    except BrokenModelError as error:
        raise BrokenModelError(f"{path}: {error}") from error
    except _DAMAGE as error:
        raise BrokenModelError(f"{path}: damaged weight file ({type(error).__name__})") from error


def half_precision(state: Mapping[str, Tensor]) -> Tensors:
    """Return the parameters of float networks as weight files hold them."""
    return {f"{_FLOAT}{key}": value.detach().contiguous().half() for key, value in state.items()}


def float_state(tensors: Tensors) -> Tensors:
    """Return the parameters of float networks that a weight file holds, in single precision."""
    return {
        key.removeprefix(_FLOAT): value.float()
        for key, value in tensors.items()
        if key.startswith(_FLOAT)
    }


def check_finite(tensors: Tensors) -> None:
    """Raise BrokenModelError if a tensor holds anything that is not a finite number."""
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise BrokenModelError("the weight file holds weights that are not finite")


def check_name(name: str) -> None:
    """Raise BrokenModelError if a model cannot have this name."""
    if not NAME.fullmatch(name):
        raise BrokenModelError("the weight file has a name that no model can have")


@dataclass(frozen=True)
class NetworkFile(Generic[Network]):
    """What a weight file of one float network holds.

    ``training`` is how it was trained, ``notes`` are free texts: data, code, recipe, figures.
    """

    name: str
    model: Network
    notes: dict[str, str] = field(default_factory=dict)
    training: TrainingFacts = field(default_factory=TrainingFacts)
    sha256: str = ""


def write_network(
    path: Path,
    format: str,
    file: NetworkFile[Network],
    shape: Mapping[str, Any],
    leave_out: tuple[str, ...] = (),
) -> None:
    """Write the weight file of one float network atomically.

    Args:
        path: the file to write.
        format: what the card calls this kind of file.
        file: the network, its name, and what is known of its training.
        shape: further fields of the card, from which a reader can build the network again.
        leave_out: beginnings of the names of parameters that only training needs.

    Raises:
        BrokenModelError: if the model has a name or weights that no reader would accept.
        OutputError: if the file cannot be written.
    """
    check_name(file.name)
    state = file.model.state_dict()
    kept = {key: value for key, value in state.items() if not key.startswith(leave_out)}
    card = {"format": format, "name": file.name, **shape, "notes": file.notes}
    write_weight_file(path, half_precision(kept), with_training(card, file.training))


def read_network(
    path: Path, format: str, build: Callable[[StoredCard], Network]
) -> NetworkFile[Network]:
    """Return the network of a weight file, ready for inference.

    Args:
        path: the file to read.
        format: what its card must call it.
        build: makes the network that a card describes, or raises BrokenModelError.

    Raises:
        UnknownModelError: if there is no such file.
        BrokenModelError: if it is of another format, or damaged.
    """

    def assemble(card: StoredCard, tensors: Tensors, sha256: str) -> NetworkFile[Network]:
        check_name(card["name"])
        check_finite(tensors)
        with parameter_budget(tensors.values()):
            model = build(card)
        model.load_state_dict(float_state(tensors), assign=True)
        model = model.eval().requires_grad_(False)
        return NetworkFile(card["name"], model, notes_on(card), training_on(card), sha256)

    return read_weight_file(path, (format,), assemble)


def with_training(card: StoredCard, facts: TrainingFacts) -> StoredCard:
    """Return a card with the facts of a training, unless there are none that its notes lack."""
    known = facts in (TrainingFacts(), training_on(card))
    return card if known else card | {"training": facts.stored()}
