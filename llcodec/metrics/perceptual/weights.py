"""Weights of backbones: from a file, from PyTorch's cache, or downloaded.

No code in a file is executed: files are safetensors, or read with ``weights_only=True``.
"""

from collections.abc import Iterable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.metrics.perceptual.backbone import Backbone

_FEATURES = "features."  # the prefix of torchvision's names of the layers that are used


def published_weights(backbone: Backbone) -> Path:
    """Return the path of the published weights in PyTorch's cache; download them if needed.

    A download is deleted if its SHA-256 does not begin with the digits in its name.

    Raises:
        UnknownModelError: if they are not in the cache and cannot be downloaded.
    """
    path = Path(torch.hub.get_dir()) / "checkpoints" / backbone.file_name
    if path.is_file():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(backbone.url, str(path), backbone.hash_start, progress=False)
    except (OSError, RuntimeError, HTTPException) as error:
        raise UnknownModelError(
            f"{path.name}, the weights of {backbone.name}, are not in {path.parent} and cannot be "
            f"downloaded ({error})"
        ) from error
    return path


def read_features(backbone: Backbone, path: Path) -> nn.Sequential:
    """Return the features of a backbone with weights from a file, in eval mode, without gradients.

    The file is a state dictionary with torchvision's names, as safetensors if it has that suffix:
    of the network, of which layers other than the features may be missing, or of its features.

    Raises:
        UnknownModelError: if there is no file.
        BrokenModelError: if it does not contain weights of this network.
    """
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such weights of {backbone.name}")
    features = backbone.empty_features()
    try:
        held = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
        state = {name.removeprefix(_FEATURES): tensor.float() for name, tensor in held.items()}
        features.load_state_dict(state, assign=True)
    except Exception as error:  # pickle, zip, safetensors and torch raise errors of many classes
        raise BrokenModelError(
            f"{path}: not weights of {backbone.name} that can be read safely "
            f"({type(error).__name__})"
        ) from error
    if not all(bool(tensor.isfinite().all()) for tensor in features.parameters()):
        raise BrokenModelError(f"{path}: weights that are not finite")
    return features.eval().requires_grad_(False)


def _safetensors(path: Path) -> dict[str, Tensor]:
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in _used(file.keys())}


def _pickled(path: Path) -> dict[str, Tensor]:
    held: Mapping[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return {name: held[name] for name in _used(held)}


def _used(names: Iterable[str]) -> list[str]:
    """Return the names of features; all, if none has their prefix."""
    names = list(names)
    return [name for name in names if name.startswith(_FEATURES)] or names
