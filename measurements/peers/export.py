"""Export a published network from a checkout of its code, for ``onnx:FILE`` or ``torch:FILE``.

    python -m measurements.peers.export CHECKOUT --network MODULE:CLASS --weights W --out it.onnx

The file is compared with the network at a size that it was not exported at. What it was made of
(commit, checksums) is printed as JSON. It runs the checkout's code: look at that first.
"""

import argparse
import hashlib
import importlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.errors import InputError, LlcError

_EXAMPLE = (256, 320)
_OTHER = (192, 384)  # height and width of what both are compared with
_LEAST = 8  # times the multiple: the smallest side
_MOST_APART = 1  # levels of 255 that rounding may explain


class Enhancer(nn.Module):
    """A network that returns one picture: ``result`` picks it where there are several."""

    def __init__(self, network: nn.Module, result: int | None) -> None:
        super().__init__()
        self.network, self.result = network, result

    def forward(self, x: Tensor) -> Tensor:
        """Return N×3×H×W of N×3×H×W, RGB in [0, 1]."""
        made: Any = self.network(x)
        picture: Tensor = made if self.result is None else made[self.result]
        return picture.clamp(0, 1)


def load_network(
    checkout: Path, place: str, arguments: Mapping[str, Any], weights: Path
) -> nn.Module:
    """Return a network of a checkout's ``MODULE:CLASS``, with weights.

    Weights are a state dictionary, or a checkpoint that has one as ``state_dict`` or ``params``;
    nothing in the file is executed.
    Raises InputError if the place is not of this form, or if the weights are another network's.
    """
    module, _, name = place.partition(":")
    if not name:
        raise InputError(f"{place!r} is not MODULE:CLASS")
    sys.path.insert(0, str(checkout.resolve()))
    network: nn.Module = getattr(importlib.import_module(module), name)(**arguments)
    state = torch.load(weights, map_location="cpu", weights_only=True)
    for key in ("state_dict", "params"):
        state = state.get(key, state)
    try:
        network.load_state_dict({k.removeprefix("module."): v for k, v in state.items()})
    except RuntimeError as error:
        raise InputError(f"{weights} are not weights of {place}: {error}") from error
    return network.eval()


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
    """Return how many levels of 255 a file's picture is from the network's, at another size."""
    pixels = np.random.default_rng(0).integers(0, 80, (*_OTHER, 3), dtype=np.uint8)
    x = torch.from_numpy(pixels / np.float32(255)).permute(2, 0, 1)[None]
    expected = enhancer(x)[0].permute(1, 2, 0).mul(255).round().numpy()
    kind = "onnx" if out.suffix == ".onnx" else "torch"
    return int(np.abs(enhancer_of(f"{kind}:{out}").enhance(pixels) - expected).max())


def commit_of(checkout: Path) -> str:
    """Return the commit of a checkout, or "unknown" where git cannot tell."""
    command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def main(arguments: Sequence[str] | None = None) -> None:
    """Export the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--network", required=True, metavar="MODULE:CLASS")
    parser.add_argument("--arguments", type=json.loads, default={}, metavar="JSON")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--result", type=int, help="which of several results is the picture")
    parser.add_argument("--multiple", type=int, default=1, help="of both sides")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.onnx|FILE.pt2")
    given = parser.parse_args(arguments)
    network = load_network(given.checkout, given.network, given.arguments, given.weights)
    enhancer = Enhancer(network, given.result).eval()
    export(enhancer, given.out, given.multiple)
    apart = largest_difference(enhancer, given.out)
    if apart > _MOST_APART:
        given.out.unlink()
        raise InputError(f"the exported network is up to {apart} levels from the original")
    made_of = {
        "commit": commit_of(given.checkout),
        "network": given.network,
        "arguments": given.arguments,
        "result": given.result,
        "multiple": given.multiple,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "weights": {"file": given.weights.name, "sha256": _sha256(given.weights)},
        "exported": {"file": given.out.name, "sha256": _sha256(given.out)},
        "largest difference": apart,
    }
    print(json.dumps(made_of, indent=2))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    try:
        main()
    except (LlcError, OSError) as error:
        sys.exit(str(error))
