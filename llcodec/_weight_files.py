"""What all weight files are: safetensors and a card, written atomically, never trusted.

The card is a JSON object among the metadata: everything but the tensors. Float networks of codecs,
looks and enhancers are kept in half precision, rounded to 8 significant bits, under keys that begin
with ``float.``.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from llcodec._arrays import Arrays
from llcodec._cards import TrainingFacts, notes_on, read_head, take_card, training_on
from llcodec._families import family_of
from llcodec._memory import is_out_of_memory
from llcodec._outputs import atomic_write
from llcodec.container.header import NAME
from llcodec.errors import BrokenModelError, UnknownModelError

StoredCard = dict[str, Any]
File = TypeVar("File")
Shape = TypeVar("Shape")

_MOST = 4 * 2**30  # bytes; the largest published network here has a fifth of one
_SPARE = 2**22  # bytes, for what else is needed while arrays are loaded
CARD = "llcodec"  # the key of the card in the metadata
_FLOAT = "float."
_KEPT_BITS = 8  # significant bits of stored floats
_EXPONENT = np.uint16(0x7C00)  # the bits of the exponent of a half
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


def write_weight_file(path: Path, arrays: Arrays, card: Mapping[str, Any]) -> None:
    """Write a weight file atomically.

    Raises BrokenModelError if an array holds values that no reader would accept, OutputError if
    the file cannot be written.
    """
    check_finite(arrays)
    # One key only: safetensors writes several in any order, and equal models shall be equal files.
    metadata = {CARD: json.dumps(card, sort_keys=True)}
    with atomic_write(path) as part:
        part.write_bytes(save(arrays, metadata))


def read_weight_file(
    path: Path, formats: Sequence[str], assemble: Callable[[StoredCard, Arrays, str], File]
) -> File:
    """Return what ``assemble`` makes of the card, the arrays and the SHA-256 of a file.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is of none of the
    formats or damaged, or if ``assemble`` fails.
    """
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such weight file")
    with blames(path):
        if path.stat().st_size > _MOST:
            raise BrokenModelError("larger than any weight file")
        data = path.read_bytes()  # never mapped: a file may change while its model is in use
        card = take_card(read_head(BytesIO(data), len(data)))
        if card.get("format") not in formats:
            raise BrokenModelError(_of_another(card.get("format"), formats))
        return assemble(card, _loaded(data), hashlib.sha256(data).hexdigest())


def _of_another(found: object, formats: Sequence[str]) -> str:
    """Return what a file is that is of none of the formats."""
    with suppress(KeyError):  # formats of no family
        family, wanted = family_of(found), family_of(formats[0])
        if family != wanted:
            return f"a weight file of the family {family.name}, not {wanted.name}"
    return f"not a weight file of the format {' or '.join(formats)}"


def _loaded(data: bytes) -> Arrays:
    """Return the arrays of a file; raises MemoryError if there is no memory for them.

    safetensors copies them twice. Where it cannot, it panics or hangs.
    """
    np.empty(2 * len(data) + _SPARE, np.uint8)
    return load(data)


@contextmanager
def blames(path: Path) -> Iterator[None]:
    """Turn whatever fails because of a damaged weight file into a BrokenModelError that names it.

    Engines find out whether the arrays of a file fit its preset, so they run in such a context.
    """
    try:
        yield
    except BrokenModelError as error:
        raise BrokenModelError(f"{path}: {error}") from error
    except _DAMAGE as error:
        if is_out_of_memory(error):
            raise
        raise BrokenModelError(f"{path}: damaged weight file ({type(error).__name__})") from error


def half_precision(arrays: Mapping[str, Any]) -> Arrays:
    """Return the parameters of float networks as weight files hold them."""
    return {f"{_FLOAT}{key}": rounded_half(value) for key, value in arrays.items()}


def rounded_half(values: Any) -> NDArray[np.float16]:
    """Return floats as halves with 8 significant bits, as in bfloat16.

    Packages shrink by 15 %: the other 3 bits are noise, which cannot be compressed, and pictures
    are as good without them (weights/README.md). Equal halves become equal numbers, so that what
    is rounded already, or once to 11 bits, does not change again.
    """
    with np.errstate(over="ignore"):  # infinity is refused when it is written
        mantissa, exponent = np.frexp(np.asarray(values).astype(np.float16).astype(np.float32))
        short = np.ldexp(np.rint(np.ldexp(mantissa, _KEPT_BITS)), exponent - _KEPT_BITS)
        halves: NDArray[np.float16] = short.astype(np.float16)
    return halves


def float_arrays(arrays: Arrays) -> Arrays:
    """Return the parameters of float networks that a weight file holds, in single precision."""
    return {
        key.removeprefix(_FLOAT): value.astype(np.float32)
        for key, value in arrays.items()
        if key.startswith(_FLOAT)
    }


def check_finite(arrays: Arrays) -> None:
    """Raise BrokenModelError if an array holds anything that is not a finite number."""
    if not all(map(_finite, arrays.values())):
        raise BrokenModelError("the weight file holds weights that are not finite")


def _finite(values: Any) -> bool:
    if values.dtype != np.float16:
        return bool(np.isfinite(values).all())
    # NumPy widens halves first; all bits of the exponent are set in what is not finite.
    exponents = np.ascontiguousarray(values).view(np.uint16) & _EXPONENT
    return bool((exponents != _EXPONENT).all())


def check_name(name: str) -> None:
    """Raise BrokenModelError if a model cannot have this name."""
    if not NAME.fullmatch(name):
        raise BrokenModelError("the weight file has a name that no model can have")


@dataclass(frozen=True, eq=False)
class NetworkFile(Generic[Shape]):
    """What a weight file of one float network holds.

    Attributes:
        name: of the model.
        shape: what else than its parameters a network is built from: its preset, as a rule.
        arrays: its parameters, by their names.
        notes: free texts: data, code, recipe, figures.
        training: how it was trained.
        sha256: of the file, 64 hexadecimal digits; empty before it is written.
    """

    name: str
    shape: Shape
    arrays: Arrays
    notes: dict[str, str] = field(default_factory=dict)
    training: TrainingFacts = field(default_factory=TrainingFacts)
    sha256: str = ""


def write_network(
    path: Path, format: str, file: NetworkFile[Shape], shape: Mapping[str, Any]
) -> None:
    """Write the weight file of one float network atomically.

    Args:
        path: the file to write.
        format: what the card calls this kind of file.
        file: the network, its name, and what is known of its training.
        shape: further fields of the card, from which a reader can build the network again.

    Raises:
        BrokenModelError: if the model has a name or weights that no reader would accept.
        OutputError: if the file cannot be written.
    """
    check_name(file.name)
    card = {"format": format, "name": file.name, **shape, "notes": file.notes}
    write_weight_file(path, half_precision(file.arrays), with_training(card, file.training))


def read_network(
    path: Path, format: str, shape_on: Callable[[StoredCard], Shape]
) -> NetworkFile[Shape]:
    """Return the network of a weight file; an engine checks that its arrays fit its shape.

    Args:
        path: the file to read.
        format: what its card must call it.
        shape_on: takes the shape from a card, or raises BrokenModelError.

    Raises:
        UnknownModelError: if there is no such file.
        BrokenModelError: if it is of another format, or damaged.
    """

    def assemble(card: StoredCard, arrays: Arrays, sha256: str) -> NetworkFile[Shape]:
        check_name(card["name"])
        check_finite(arrays)
        return NetworkFile(
            card["name"],
            shape_on(card),
            float_arrays(arrays),
            notes_on(card),
            training_on(card),
            sha256,
        )

    return read_weight_file(path, (format,), assemble)


def with_training(card: StoredCard, facts: TrainingFacts) -> StoredCard:
    """Return a card with the facts of a training, unless there are none that its notes lack."""
    known = facts in (TrainingFacts(), training_on(card))
    return card if known else card | {"training": facts.stored()}
