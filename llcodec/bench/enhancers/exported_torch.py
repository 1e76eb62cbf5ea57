"""Networks that PyTorch exported: programs of ``torch.export`` (``.pt2``), or TorchScript."""

import warnings
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import torch

from llcodec._failures import in_one_line
from llcodec.bench.enhancers.exported import LoadedNetwork, Planes
from llcodec.engine.torch_device import torch_device
from llcodec.errors import BrokenModelError

_PROGRAM = ".pt2"


def load_torch(name: str, data: bytes, device: str = "cpu") -> LoadedNetwork:
    """Return the network of a file's contents.

    The file is a program, which can do whatever PyTorch's operators can: load only those of
    people that you trust.

    Args:
        name: of the file; one that ends in ``.pt2`` is a program of ``torch.export``, all others
            are TorchScript.
        data: its contents.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises:
        BrokenModelError: if the file cannot be loaded.
        InputError: if there is no such device.
    """
    place = torch_device(device)
    load = _load_program if name.lower().endswith(_PROGRAM) else _load_script
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript as a whole
            network = load(data, place)
    except Exception as error:  # of zip, pickle, PyTorch's C++ and its compiler
        raise BrokenModelError(f"{name} cannot be loaded ({in_one_line(error)})") from error
    return LoadedNetwork(
        partial(_run, network, place), {"torch": torch.__version__}, device=place.type
    )


def _load_program(data: bytes, device: torch.device) -> Callable[[torch.Tensor], Any]:
    return torch.export.load(BytesIO(data)).module().to(device)


def _load_script(data: bytes, device: torch.device) -> Callable[[torch.Tensor], Any]:
    load: Callable[..., Callable[[torch.Tensor], Any]] = torch.jit.load
    return load(BytesIO(data), map_location=device)


@torch.inference_mode()
def _run(network: Callable[[torch.Tensor], Any], device: torch.device, planes: Planes) -> object:
    made = network(torch.from_numpy(planes).to(device))
    if not isinstance(made, torch.Tensor):
        raise TypeError(f"it returns a {type(made).__name__}, not one tensor")
    return made.float().cpu().numpy()
