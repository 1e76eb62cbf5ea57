"""Choose the engine that runs networks, and its device."""

from dataclasses import dataclass
from typing import Final

from llcodec._device import parse_device
from llcodec._extras import names_extra
from llcodec.errors import InputError

ENGINES: Final = ("auto", "torch")


@dataclass(frozen=True)
class Choice:
    """An engine and its device.

    Attributes:
        engine: ``torch``.
        device: ``cpu``, ``cuda``, ``mps``, or one GPU of several as in ``cuda:1``.
    """

    engine: str
    device: str


def choose(engine: str = "auto", device: str = "auto") -> Choice:
    """Return the engine and the device for what a caller asks for.

    Args:
        engine: one of ``ENGINES``.
        device: as :func:`llcodec._device.parse_device` takes it.

    Raises:
        InputError: if the engine or the device is unknown or not available.
    """
    if engine not in ENGINES:
        raise InputError(f"unknown engine {engine!r} ({', '.join(ENGINES[:-1])} or {ENGINES[-1]})")
    parse_device(device)
    return _torch(device)


def _torch(device: str) -> Choice:
    with names_extra("torch", "torch"):
        from llcodec.engine.torch_device import torch_device
    return Choice("torch", str(torch_device(device)))
