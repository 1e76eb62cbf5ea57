"""Networks of PyTorch from the arrays of weight files, and back."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from llcodec._arrays import Arrays
from llcodec._parameter_budget import parameter_budget
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset

Network = TypeVar("Network", bound=nn.Module)

# Parts of a joint model that weight files hold as integers (or tables) only.
_INTEGER_NETWORKS = ("h_s", "context", "entropy_parameters", "grouped_context", "density")


def joint_model(preset: Preset, arrays: Arrays) -> JointModel:
    """Return the float networks of a codec; those that run as integers are left out.

    Raises:
        BrokenModelError: when the preset is far larger than the arrays.
        RuntimeError: when the arrays do not fit the preset.
    """

    def build() -> JointModel:
        model = JointModel(preset)
        for name, _ in list(model.named_children()):
            if name in _INTEGER_NETWORKS:
                delattr(model, name)
        return model

    return with_parameters(build, arrays)


def joint_arrays(model: JointModel) -> Arrays:
    """Return the parameters of a joint model that weight files hold as floats."""
    arrays = to_arrays(model)
    return {k: v for k, v in arrays.items() if k.partition(".")[0] not in _INTEGER_NETWORKS}


def placed(network: Network, device: torch.device) -> Network:
    """Return a network on a device, laid out as convolutions like it."""
    network.to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def with_parameters(build: Callable[[], Network], arrays: Arrays) -> Network:
    """Return a network with these parameters, ready for inference; it may share their memory.

    Args:
        build: makes the network; its parameters may be random.
        arrays: all of its parameters, in float32.

    Raises:
        BrokenModelError: when the network is far larger than the arrays.
        RuntimeError: when the arrays are not its parameters.
    """
    # Random weights are quicker than laying the model out on the meta device, whose first use
    # imports a second's worth of PyTorch.
    with parameter_budget([array.size for array in arrays.values()]):
        network = build()
    state = {key: torch.from_numpy(array) for key, array in arrays.items()}
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(False)


def to_arrays(network: nn.Module) -> Arrays:
    """Return the parameters of a network by their names, in float32."""
    state = network.state_dict()
    return {key: value.detach().cpu().float().numpy() for key, value in state.items()}
