"""What ONNX Runtime computes on: its execution providers, by the names of devices."""

from dataclasses import dataclass
from typing import Final

from llcodec.errors import InputError

CPU_PROVIDER: Final = "CPUExecutionProvider"

# The provider of each device, and whether a number may choose one of several.
_PROVIDERS: Final = {
    "cpu": (CPU_PROVIDER, False),
    "cuda": ("CUDAExecutionProvider", True),
    "directml": ("DmlExecutionProvider", True),
    "coreml": ("CoreMLExecutionProvider", False),
}


@dataclass(frozen=True)
class Provider:
    """An execution provider of ONNX Runtime, and its options."""

    device: str
    name: str
    options: dict[str, str]


def choose_provider(device: str) -> Provider:
    """Return the provider of a device.

    Args:
        device: ``cpu``, ``cuda``, ``directml`` or ``coreml``; or one GPU of several, as in
            ``cuda:1``; ``auto`` is a GPU with CUDA if this ONNX Runtime can use one, else the CPU.

    Raises:
        InputError: if the name is unknown, or if this ONNX Runtime cannot use such a device.
    """
    from onnxruntime import get_available_providers

    here = get_available_providers()
    if device == "auto":
        device = "cuda" if _PROVIDERS["cuda"][0] in here else "cpu"
    kind, colon, number = device.partition(":")
    if kind not in _PROVIDERS or (colon and not (_PROVIDERS[kind][1] and number.isdecimal())):
        raise InputError(f"ONNX Runtime knows no device {device!r} (auto, {', '.join(_PROVIDERS)})")
    name = _PROVIDERS[kind][0]
    if name not in here:
        raise InputError(
            f"the device {device!r} is not available: the installed ONNX Runtime has no {name}"
        )
    return Provider(device, name, {"device_id": number} if number else {})
