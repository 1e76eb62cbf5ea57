"""The device that PyTorch runs on, by its name."""

import torch

from llcodec._device import parse_device, unavailable


def torch_device(name: str) -> torch.device:
    """Return the device of a name; ``auto`` is a GPU with CUDA if there is one, else the CPU.

    Args:
        name: as :func:`llcodec._device.parse_device` takes it.

    Raises:
        InputError: if the name is unknown, or if this machine has no such device.
    """
    kind, number = parse_device(name)
    if kind == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if not _is_here(kind, number):
        raise unavailable(name)
    return torch.device(name)


def _is_here(kind: str, number: int) -> bool:
    if kind == "cuda":
        return torch.cuda.is_available() and number < torch.cuda.device_count()
    return kind == "cpu" or (kind == "mps" and torch.backends.mps.is_available())
