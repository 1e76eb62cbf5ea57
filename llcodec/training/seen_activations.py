"""How large the activations of entropy networks become on real latents."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from llcodec.nets.joint import JointModel

Batches = Sequence[tuple[Tensor, Tensor]]
"""Gained latents B×M×h×w and their real qualities B."""


@torch.no_grad()
def largest_activations(
    model: JointModel, networks: Mapping[str, nn.Module], batches: Batches
) -> dict[str, list[Tensor]]:
    """Return the largest output magnitude of each channel of each convolution of each network."""
    seen: dict[str, dict[int, Tensor]] = {name: {} for name in networks}
    hooks = []
    for name, network in networks.items():
        layers = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
        hooks += [
            layer.register_forward_hook(_recorder(seen[name], number))
            for number, layer in enumerate(layers)
        ]
    for y, quality in batches:
        model.entropy_model(y, quality)
    for hook in hooks:
        hook.remove()
    return {name: [largest[n] for n in sorted(largest)] for name, largest in seen.items()}


def _recorder(largest: dict[int, Tensor], number: int):  # type: ignore[no-untyped-def]
    def record(module: nn.Module, inputs: object, output: Tensor) -> None:
        here = output.detach().abs().amax((0, 2, 3))
        largest[number] = torch.maximum(largest.get(number, here), here)

    return record
