"""The execution providers of ONNX Runtime, by the names of devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from llcodec.errors import InputError

CPU_PROVIDER: Final = "CPUExecutionProvider"
CUDA_PROVIDER: Final = "CUDAExecutionProvider"


@dataclass(frozen=True)
class _Known:
    """An execution provider.

    Attributes:
        name: ONNX Runtime's.
        several: whether a number may choose one of several devices.
        package: the distribution of ONNX Runtime that has it, if the usual one has not.
        options: for all of its devices.
    """

    name: str
    several: bool = False
    package: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


_PROVIDERS: Final = {
    "cpu": _Known(CPU_PROVIDER),
    "cuda": _Known(
        CUDA_PROVIDER,
        several=True,
        package="onnxruntime-gpu",
        # Products in full precision, as on every other device; and no search for the fastest
        # algorithm whenever a window has another size.
        options={"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"},
    ),
    "directml": _Known("DmlExecutionProvider", several=True, package="onnxruntime-directml"),
    "coreml": _Known("CoreMLExecutionProvider"),
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
        device = "cuda" if _PROVIDERS["cuda"].name in here else "cpu"
    kind, colon, number = device.partition(":")
    known = _PROVIDERS.get(kind)
    if known is None or (colon and not (known.several and number.isdecimal())):
        raise InputError(f"ONNX Runtime knows no device {device!r} (auto, {', '.join(_PROVIDERS)})")
    if known.name not in here:
        package = "" if known.package is None else f" (pip install {known.package} in its place)"
        raise InputError(
            f"the device {device!r} is not available: "
            f"the installed ONNX Runtime has no {known.name}{package}"
        )
    chosen = {"device_id": number} if number else {}
    return Provider(device, known.name, {**known.options, **chosen})
