"""Weights of CompressAI's models: state dictionaries from files, or from its zoo when online.

Files are always read with ``weights_only=True``, so that nothing in them is executed.
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
"""The models for which the zoo has published weights, by their names there."""

UNPUBLISHED = ("elic2022", "tcm")
"""The networks for which the zoo has no weights: these need a path."""

_SUFFIXES = (".pth.tar", ".pth", ".pt")
_HIGHEST = 255  # the quality has one byte in our files


def zoo() -> Any:
    """Return CompressAI's module of picture models. Raises InputError if it is not installed."""
    return compressai("zoo.image")


def weight_files(architecture: str, path: Path) -> dict[int, Path]:
    """Return the weight files at a path, by quality in ascending order.

    Args:
        architecture: the name of the network.
        path: of one file, or of a folder of them. Names are those of the zoo, in which the quality
            follows the architecture: ``cheng2020-anchor-3-e49be189.pth.tar``, or
            ``cheng2020-anchor-3.pth``. A single file may have any name; if the name has no
            quality, it is 1.

    Raises:
        UnknownModelError: if there is none.
        InputError: if two have the same quality.
    """
    if path.is_file():
        return {_quality_of(architecture, path.name) or 1: path}
    found: dict[int, Path] = {}
    for file in sorted(path.iterdir()) if path.is_dir() else ():
        quality = _quality_of(architecture, file.name)
        if quality is None:
            continue
        if quality in found:
            raise InputError(f"{found[quality].name} and {file.name} both have quality {quality}")
        found[quality] = file
    if not found:
        raise UnknownModelError(
            f"{path}: no weights of {architecture} (a file, or a folder of {architecture}-1.pth …)"
        )
    return dict(sorted(found.items()))


def _quality_of(architecture: str, name: str) -> int | None:
    """Return the quality in the name of a weight file; None if it is not of this architecture."""
    stem = next((name.removesuffix(s) for s in _SUFFIXES if name.endswith(s)), None)
    if stem is None:
        return None
    # The zoo writes cheng2020-anchor and cheng2020_attn, and -prior after bmshj2018-factorized.
    start = re.escape(architecture).replace(r"\-", "[-_]")
    said = re.fullmatch(rf"{start}(?:-prior)?(?:-mse)?-(\d+)(?:-[0-9a-f]{{8}})?", stem)
    return int(said[1]) if said and 1 <= int(said[1]) <= _HIGHEST else None


def read_weights(path: Path) -> StateDict:
    """Return the state dictionary of a file: the file itself, or that of a training checkpoint.

    Raises BrokenModelError if it contains anything else.
    """
    import torch

    from llcodec._checkpoints import read_checkpoint

    held = read_checkpoint(path)
    state = held.get("state_dict", held) if isinstance(held, Mapping) else None
    if not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise BrokenModelError(f"{path}: not a state dictionary")
    return dict(state)


def fetch_weights(architecture: str, quality: int) -> StateDict:
    """Return published weights, trained for squared error, from the zoo or PyTorch's cache.

    Raises UnknownModelError if they cannot be downloaded.
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
            f"the weights of {architecture} {quality} cannot be downloaded from CompressAI's zoo "
            f"({error}): give a folder that contains them, {architecture}:FOLDER"
        ) from error
    return state
