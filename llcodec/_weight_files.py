"""What all weight files are: safetensors and a card, written whole or not at all, never trusted.

The card is a JSON object among the metadata: everything but the tensors. Float networks are kept
in half precision, under keys that begin with ``float.``.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from llcodec.container.header import NAME
from llcodec.errors import BrokenModelError, OutputError, UnknownModelError

Tensors = dict[str, Tensor]
StoredCard = dict[str, Any]
File = TypeVar("File")

CARD = "llcodec"  # the key of the metadata under which the card stands
_FLOAT = "float."
# What reading a damaged file may run into, besides what is checked.
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
    """Write a weight file, whole or not at all.

    Raises BrokenModelError if a tensor holds what no reader would take, OutputError if the file
    cannot be written.
    """
    check_numbers(tensors)
    # One key only: safetensors writes several in any order, and equal models shall be equal files.
    metadata = {CARD: json.dumps(card, sort_keys=True)}
    part = path.with_name(f".{path.name[:40]}.{os.getpid()}.{os.urandom(4).hex()}.part")
    try:
        save_file(tensors, part, metadata)
        part.chmod(0o644)  # safetensors leaves files readable by their owner only
        part.replace(path)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"cannot write {path}: {error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def read_weight_file(
    path: Path, format: str, assemble: Callable[[StoredCard, Tensors, str], File]
) -> File:
    """Return what ``assemble`` makes of the card, the tensors and the SHA-256 of a file.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is of another format
    or damaged, and for whatever ``assemble`` stumbles over.
    """
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such weight file")
    try:
        with safe_open(path, framework="pt") as file:
            card = json.loads((file.metadata() or {}).get(CARD, "{}"))
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if card.get("format") != format:
            raise BrokenModelError(f"{path}: not a weight file of the format {format}")
        return assemble(card, tensors, hashlib.sha256(path.read_bytes()).hexdigest())
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


def check_numbers(tensors: Tensors) -> None:
    """Raise BrokenModelError if a tensor holds anything that is not a finite number."""
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise BrokenModelError("the weight file holds weights that are no numbers")


def check_name(name: str) -> None:
    """Raise BrokenModelError if a model cannot have this name."""
    if not NAME.fullmatch(name):
        raise BrokenModelError("the weight file has a name that no model can have")


def notes_of(card: StoredCard) -> dict[str, str]:
    """Return the free texts of a card."""
    return {str(key): str(value) for key, value in card["notes"].items()}
