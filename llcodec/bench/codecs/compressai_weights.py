"""Weights of CompressAI's models: state dictionaries from files, or from its zoo when online.

Files are only ever read with ``weights_only=True``: nothing in them is executed.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llcodec._compressai import compressai
from llcodec.errors import BrokenModelError, InputError, UnknownModelError

StateDict = Mapping[str, Any]

MODELS = (
    "bmshj2018-factorized",
    "bmshj2018-hyperprior",
    "mbt2018-mean",
    "mbt2018",
    "cheng2020-anchor",
    "cheng2020-attn",
)
"""The names that the zoo has published weights under."""

UNPUBLISHED = ("elic2022", "tcm")
"""The names of networks that the zoo has no weights of: they come from a path."""

_SUFFIXES = (".pth.tar", ".pth", ".pt")
_HIGHEST = 255  # the quality has one byte in our files


def zoo() -> Any:
    """Return CompressAI's module of picture models. Raises InputError if it is not installed."""
    return compressai("zoo.image")


def weight_files(architecture: str, path: Path) -> dict[int, Path]:
    """Return the weight files that a path leads to, by quality, from the lowest up.

    ``path`` is one file or a folder of them. Names are those of the zoo, in which the quality comes
    after the architecture: ``cheng2020-anchor-3-e49be189.pth.tar``, or ``cheng2020-anchor-3.pth``.
    One file may have any name; it has the quality 1 if its name holds none.

    Raises UnknownModelError if there is none, InputError if two are of one quality.
    """
    if path.is_file():
        return {_quality_of(architecture, path.name) or 1: path}
    found: dict[int, Path] = {}
    for file in sorted(path.iterdir()) if path.is_dir() else ():
        quality = _quality_of(architecture, file.name)
        if quality is None:
            continue
        if quality in found:
            raise InputError(f"{found[quality].name} and {file.name} are both of quality {quality}")
        found[quality] = file
    if not found:
        raise UnknownModelError(
            f"{path}: no weights of {architecture} (a file, or a folder of {architecture}-1.pth …)"
        )
    return dict(sorted(found.items()))


def _quality_of(architecture: str, name: str) -> int | None:
    """Return the quality that a file's name says, if it is one of this architecture's weights."""
    stem = next((name.removesuffix(s) for s in _SUFFIXES if name.endswith(s)), None)
    if stem is None:
        return None
    # The zoo writes cheng2020-anchor and cheng2020_attn, and -prior after bmshj2018-factorized.
    start = re.escape(architecture).replace(r"\-", "[-_]")
    said = re.fullmatch(rf"{start}(?:-prior)?(?:-mse)?-(\d+)(?:-[0-9a-f]{{8}})?", stem)
    return int(said[1]) if said and 1 <= int(said[1]) <= _HIGHEST else None


def read_weights(path: Path) -> StateDict:
    """Return the state dictionary of a file: the whole of it, or a training checkpoint's.

    Raises BrokenModelError if it holds anything else.
    """
    import torch

    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and torch raise different errors
        raise BrokenModelError(
            f"{path}: no weights that can be read safely ({type(error).__name__})"
        ) from error
    state = held.get("state_dict", held) if isinstance(held, Mapping) else None
    if not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise BrokenModelError(f"{path}: not a state dictionary")
    return dict(state)


def fetch_weights(architecture: str, quality: int) -> StateDict:
    """Return published weights, trained for squared error, from the zoo or PyTorch's cache of it.

    Raises UnknownModelError if they cannot be had.
    """
    import torch

    try:
        state: StateDict = torch.hub.load_state_dict_from_url(
            zoo().model_urls[architecture]["mse"][quality],
            map_location="cpu",
            progress=False,
            check_hash=True,
            weights_only=True,
        )
    except (OSError, RuntimeError) as error:
        raise UnknownModelError(
            f"the weights of {architecture} {quality} cannot be fetched from CompressAI's zoo "
            f"({error}): give a folder that holds them, {architecture}:FOLDER"
        ) from error
    return state
