"""Looks: second weights of a codec's synthesis transform, for texture instead of squared error.

A look belongs to one model, and changes neither its files nor its hash. The decoder interpolates
between the weights of both: bits are the same, pixels are not.
"""

from pathlib import Path

import numpy as np

from llcodec._arrays import Arrays
from llcodec._cards import ModelReference, reference_on, stored_card
from llcodec._families import LOOK
from llcodec._shipped import shipped_looks
from llcodec._weight_files import (
    NetworkFile,
    StoredCard,
    blames,
    check_name,
    read_network,
    write_network,
)
from llcodec.codec.weights import ModelFile
from llcodec.errors import BrokenModelError, InputError, UnknownModelError, WrongModelError

SYNTHESIS = ("g_s", "linear_synthesis")
"""The parts of a joint model that a look replaces."""

_HASH_DIGITS = 16  # of the SHA-256: the bytes that every .llc header contains

LookFile = NetworkFile[ModelReference]
"""What the file of a look holds; its ``shape`` is the model that it belongs to."""


def write_look(path: Path, look: LookFile, preset: str) -> None:
    """Write the file of a look, completely or not at all.

    Args:
        path: the file to write.
        look: the look.
        preset: the name of the preset of its model.

    Raises:
        BrokenModelError: when a reader would refuse the look or its name.
        OutputError: when the file cannot be written.
    """
    check_name(look.shape.name)
    model = {"name": look.shape.name, "sha256": look.shape.sha256}
    write_network(path, LOOK.format, look, {"model": model, "preset": {"name": preset}})


def read_look(path: Path) -> LookFile:
    """Read the file of a look.

    Raises:
        UnknownModelError: when there is no such file.
        BrokenModelError: when it is damaged, or no look.
    """
    return read_network(path, LOOK.format, _model_on)


def check_detail(detail: float) -> None:
    """Raise InputError unless pictures can be decoded with this much detail."""
    if not 0 <= detail <= 1:
        raise InputError(f"detail must be from 0 to 1, not {detail}")


def detailed_arrays(file: ModelFile, detail: float, look: str | None = None) -> Arrays:
    """Return the parameters of a model, its synthesis between its own weights and those of a look.

    Args:
        file: the model.
        detail: 0 for the weights of the model, 1 for those of the look; linear in between.
        look: the path of the look; by default, the shipped one of the model. Not used at 0.

    Raises:
        InputError: when ``detail`` is out of its range.
        UnknownModelError: when there is no such look.
        WrongModelError: when the look belongs to another model.
        BrokenModelError: when the file of the look is damaged.
    """
    check_detail(detail)
    if detail == 0:
        return file.arrays
    path = path_of_look(file, look)
    found = read_look(path)
    if found.shape.sha256 != file.sha256:
        raise WrongModelError(
            f"{path}: a look of the model {found.shape.name} "
            f"{found.shape.sha256[:_HASH_DIGITS]}, not of {file.name} {file.short_hash.hex()}"
        )
    with blames(path):
        return mixed(file.arrays, found.arrays, detail)


def mixed(arrays: Arrays, look: Arrays, share: float) -> Arrays:
    """Return ``arrays`` with the synthesis moved towards that of a look by ``share``, 0 to 1.

    Raises BrokenModelError unless the arrays of the look are those of the synthesis.
    """
    own = synthesis_arrays(arrays)
    check_fits(own, look)
    if share == 1:
        return arrays | look
    between = {key: own[key] + np.float32(share) * (look[key] - own[key]) for key in own}
    return arrays | between


def synthesis_arrays(arrays: Arrays) -> Arrays:
    """Return the parameters of the synthesis among those of a codec."""
    return {k: v for k, v in arrays.items() if k.partition(".")[0] in SYNTHESIS}


def check_fits(synthesis: Arrays, look: Arrays) -> None:
    """Raise BrokenModelError unless a look has the arrays of a synthesis, in the same shapes."""
    if {k: v.shape for k, v in synthesis.items()} != {k: v.shape for k, v in look.items()}:
        raise BrokenModelError("the look does not fit the synthesis of the model")


def path_of_look(file: ModelFile, look: str | None = None) -> Path:
    """Return the path of a look: the given one, or the shipped look of the model.

    Raises:
        UnknownModelError: when no path is given and no look of this model ships.
    """
    if look is not None:
        return Path(look)
    for path in shipped_looks().values():
        reference = reference_on(stored_card(path))
        if reference is not None and reference.sha256 == file.sha256:
            return path
    raise UnknownModelError(
        f"no look of the model {file.name} {file.short_hash.hex()} ships with llcodec: give the "
        "path of one (--look), or decode without --detail"
    )


def _model_on(card: StoredCard) -> ModelReference:
    reference = reference_on(card)
    if reference is None:
        raise BrokenModelError("the look does not name its model")
    check_name(reference.name)
    return reference
