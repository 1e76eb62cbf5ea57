"""Export a published network from a checkout of its code, for ``onnx:FILE`` or ``torch:FILE``.

    python -m measurements.peers.export RECIPE CHECKOUT --out FOLDER

The recipe is one of ``recipes.toml``. The file is compared with the network at another size than
that of the export, and deleted if they differ. Its origin is printed as JSON and stored in the same
folder. This runs the code of the checkout: inspect it first.
"""

import argparse
import importlib
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._checksums import sha256_of
from llcodec._torchvision import import_torchvision
from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.errors import InputError, LlcError
from measurements.peers.joined import Joined
from measurements.peers.recipes import Recipe, find_recipe

_EXAMPLE = (256, 320)
_OTHER = (192, 384)  # height and width of the picture for the comparison
_LEAST = 8  # the smallest side, in units of the multiple
_MOST_APART = 1  # levels of 255, the largest difference that can be rounding


class Enhancer(nn.Module):
    """A network that returns one picture; ``result`` selects it if there are several."""

    def __init__(self, network: nn.Module, result: int | None) -> None:
        super().__init__()
        self.network, self.result = network, result

    def forward(self, x: Tensor) -> Tensor:
        """Return N×3×H×W of N×3×H×W, RGB in [0, 1]."""
        made: Any = self.network(x)
        picture: Tensor = made if self.result is None else made[self.result]
        return picture.clamp(0, 1)


def load_network(checkout: Path, recipe: Recipe) -> nn.Module:
    """Return the network of a recipe from a checkout, with weights.

    Weights are a state dictionary, or a checkpoint that has one as ``state_dict`` or ``params``;
    nothing in the files is executed.
    Raises InputError if a file is not that of the recipe, or its weights do not fit the network.
    """
    module, _, name = recipe.network.partition(":")
    if not name:
        raise InputError(f"{recipe.network!r} is not MODULE:CLASS")
    with suppress(ImportError):
        import_torchvision()  # much code imports it, often without using it
    folder = checkout.resolve() / recipe.folder
    sys.path.insert(0, str(folder))
    checkpoints = [_checkpoint(folder / path, digest) for path, digest in recipe.weights.items()]
    network: nn.Module = getattr(importlib.import_module(module), name)(**recipe.arguments)
    try:
        if isinstance(network, Joined):
            network.load(checkpoints)
        else:
            (checkpoint,) = checkpoints
            network.load_state_dict(_state(checkpoint))
    except (RuntimeError, KeyError) as error:
        files = " and ".join(recipe.weights)
        raise InputError(f"{files} are not weights of {recipe.network}: {error}") from error
    return network.eval()


def _checkpoint(path: Path, digest: str) -> Any:
    found = sha256(path)
    if found != digest:
        raise InputError(f"{path} is not the file of the recipe: its SHA-256 is {found}")
    with torch.serialization.safe_globals([Namespace]):  # the options of a training
        return torch.load(path, map_location="cpu", weights_only=True)


def _state(checkpoint: Any) -> dict[str, Any]:
    for key in ("state_dict", "params"):
        checkpoint = checkpoint.get(key, checkpoint)
    return {name.removeprefix("module."): value for name, value in checkpoint.items()}


def export(enhancer: nn.Module, out: Path, multiple: int) -> None:
    """Write a network for pictures whose sides are multiples, as ONNX or as a program (.pt2)."""
    example = (torch.rand(1, 3, *_EXAMPLE),)
    height, width = (multiple * torch.export.Dim(name, min=_LEAST) for name in ("h", "w"))
    sides = ({2: height, 3: width},)
    if out.suffix == ".onnx":
        torch.onnx.export(
            enhancer, example, out, dynamo=True, dynamic_shapes=sides, external_data=False
        )
    else:
        torch.export.save(torch.export.export(enhancer, example, dynamic_shapes=sides), out)


@torch.inference_mode()
def largest_difference(enhancer: nn.Module, out: Path) -> int:
    """Return the largest difference, in levels of 255, between file and network at another size."""
    pixels = np.random.default_rng(0).integers(0, 80, (*_OTHER, 3), dtype=np.uint8)
    x = torch.from_numpy(pixels / np.float32(255)).permute(2, 0, 1)[None]
    expected = enhancer(x)[0].permute(1, 2, 0).mul(255).round().numpy()
    kind = "onnx" if out.suffix == ".onnx" else "torch"
    return int(np.abs(enhancer_of(f"{kind}:{out}").enhance(pixels) - expected).max())


def commit_of(checkout: Path) -> str:
    """Return the commit of a checkout, or "unknown" if it is not a git checkout."""
    command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file. Raises InputError if it cannot be read."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def export_recipe(name: str, recipe: Recipe, checkout: Path, folder: Path) -> dict[str, Any]:
    """Write ``folder``/NAME.onnx (or .pt2) and return its origin.

    Raises InputError like :func:`load_network`, and if the outputs of file and network differ.
    """
    network = load_network(checkout, recipe)
    enhancer = Enhancer(network, recipe.result).eval()
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{name}{recipe.suffix}"
    export(enhancer, out, recipe.multiple)
    apart = largest_difference(enhancer, out)
    if apart > _MOST_APART:
        out.unlink()
        raise InputError(f"the exported network is up to {apart} levels from the original")
    return {
        "recipe": name,
        "repository": recipe.repository,
        "commit": commit_of(checkout),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "weights": dict(recipe.weights),
        "exported": {"file": out.name, "sha256": sha256(out)},
        "largest difference": apart,
        "torch": torch.__version__,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Export the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", help="a name in recipes.toml")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    given = parser.parse_args(arguments)
    recipe = find_recipe(given.recipe)
    made_of = json.dumps(export_recipe(given.recipe, recipe, given.checkout, given.out), indent=1)
    (given.out / f"{given.recipe}.json").write_text(made_of + "\n")
    print(made_of)


if __name__ == "__main__":
    try:
        main()
    except (LlcError, OSError) as error:
        sys.exit(str(error))
