"""The device that networks run on, by its name."""

import torch

from llcodec.errors import InputError

NAMES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str) -> torch.device:
    """Return the device of a name; ``auto`` is a GPU with CUDA if there is one, else the CPU.

    Args:
        name: one of ``NAMES``, or one GPU of several as in ``cuda:1``.

    Raises:
        InputError: if the name is unknown, or if this machine has no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = name.partition(":")
    if kind not in NAMES or (":" in name and not (kind == "cuda" and number.isdecimal())):
        raise InputError(f"unknown device {name!r} ({', '.join(NAMES[:-1])} or {NAMES[-1]})")
    if not _is_here(kind, int(number or 0)):
        raise InputError(f"the device {name!r} is not available on this machine")
    return torch.device(name)


def _is_here(kind: str, number: int) -> bool:
    if kind == "cuda":
        return torch.cuda.is_available() and number < torch.cuda.device_count()
    return kind == "cpu" or torch.backends.mps.is_available()
