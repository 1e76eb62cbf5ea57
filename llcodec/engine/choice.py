"""Choose the engine that runs networks, and its device."""

from dataclasses import dataclass
from typing import Final

from llcodec._device import parse_device
from llcodec._extras import install, names_extra
from llcodec.errors import InputError

ONNX: Final = "onnx"
TORCH: Final = "torch"
ENGINES: Final = ("auto", ONNX, TORCH)


@dataclass(frozen=True)
class Choice:
    """An engine, ``onnx`` or ``torch``, and the device that it runs on."""

    engine: str
    device: str


@dataclass(frozen=True)
class EngineRequest:
    """The engine and device that a caller requests.

    Attributes:
        engine: one of ``ENGINES``. ``auto`` is ONNX Runtime, unless only PyTorch has the device.
        device: as :func:`llcodec._device.parse_device` takes it.

    Raises:
        InputError: if there is no such name of an engine or device.
    """

    engine: str = "auto"
    device: str = "auto"

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            names = f"{', '.join(ENGINES[:-1])} or {ENGINES[-1]}"
            raise InputError(f"unknown engine {self.engine!r} ({names})")
        parse_device(self.device)

    def choose(self) -> Choice:
        """Return the engine and the device to use; there is no fall-back.

        Raises:
            InputError: if the engine or the device is not available.
        """
        if self.engine == "auto" and self._needs_torch():
            return self._only_torch()
        return _torch(self.device) if self.engine == TORCH else _onnx(self.device)

    def _only_torch(self) -> Choice:
        try:
            return _torch(self.device)
        except InputError as error:
            if parse_device(self.device).kind != "cuda":
                raise
            raise InputError(
                f"the device {self.device!r} is not available: it needs a GPU of NVIDIA, and "
                "onnxruntime-gpu in place of onnxruntime, or PyTorch for CUDA "
                f"({install('torch')})"
            ) from error

    def _needs_torch(self) -> bool:
        kind = parse_device(self.device).kind
        return kind == "mps" or (kind == "cuda" and not _onnx_runs_on(self.device))


def _onnx_runs_on(device: str) -> bool:
    from llcodec.engine.onnx.session import runs_on

    return runs_on(device)


def _onnx(device: str) -> Choice:
    from llcodec.engine.onnx.devices import choose_provider

    if device == "auto":
        return Choice(ONNX, "cuda" if _onnx_runs_on("cuda") else "cpu")
    return Choice(ONNX, choose_provider(device).device)


def _torch(device: str) -> Choice:
    with names_extra("torch", "torch"):
        from llcodec.engine.torch_device import torch_device
    return Choice(TORCH, str(torch_device(device)))
