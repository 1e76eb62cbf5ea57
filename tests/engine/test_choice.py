"""What runs a network is what is asked for, or an error."""

import sys

import onnxruntime
import pytest
import torch

from llcodec.engine.choice import Choice, EngineRequest
from llcodec.errors import InputError

PROVIDERS = ["CUDAExecutionProvider", "CPUExecutionProvider"]


@pytest.fixture
def onnx_for_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ONNX Runtime that was built for CUDA; there need not be a GPU."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: PROVIDERS)


@pytest.fixture
def onnx_with_cuda(onnx_for_cuda: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llcodec.engine.onnx.session.runs_on", lambda device: True)


@pytest.fixture
def torch_with_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "llcodec.engine.torch_device", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_onnx_runtime_is_the_default_and_needs_no_pytorch(device: str) -> None:
    assert EngineRequest(device=device).choose() == Choice("onnx", "cpu")
    assert EngineRequest("onnx", device).choose() == Choice("onnx", "cpu")
    assert EngineRequest("torch", device).choose() == Choice("torch", "cpu")


@pytest.mark.usefixtures("no_torch")
def test_without_pytorch_its_engine_is_an_extra() -> None:
    assert EngineRequest().choose().engine == "onnx"
    for request in (
        EngineRequest("torch"),
        EngineRequest(device="mps"),
        EngineRequest("torch", "cuda"),
    ):
        with pytest.raises(
            InputError, match=r'torch is not installed: pip install "llcodec\[torch'
        ):
            request.choose()


@pytest.mark.usefixtures("torch_with_cuda")
def test_a_gpu_that_only_pytorch_has_is_used_by_pytorch() -> None:
    assert EngineRequest(device="cuda:1").choose() == Choice("torch", "cuda:1")
    with pytest.raises(InputError, match="'cuda' is not available"):
        EngineRequest("onnx", "cuda").choose()


@pytest.mark.usefixtures("onnx_with_cuda", "torch_with_cuda")
def test_a_gpu_that_both_have_is_used_by_onnx_runtime() -> None:
    assert EngineRequest(device="cuda").choose() == Choice("onnx", "cuda")
    assert EngineRequest().choose() == Choice("onnx", "cuda")
    assert EngineRequest("torch", "cuda").choose() == Choice("torch", "cuda")


@pytest.mark.usefixtures("onnx_for_cuda", "no_gpu")
@pytest.mark.filterwarnings("ignore:Specified provider")  # the real one was not built for it
def test_a_build_for_gpus_without_a_gpu_runs_on_the_cpu_unless_told_otherwise() -> None:
    if "CUDAExecutionProvider" in onnxruntime.capi._pybind_state.get_available_providers():
        pytest.skip("tests the error on a machine without a GPU, and this one may have one")
    assert EngineRequest().choose() == Choice("onnx", "cpu")
    with pytest.raises(InputError, match="device 'cuda' is not available"):
        EngineRequest(device="cuda").choose()


@pytest.mark.usefixtures("no_torch")
def test_what_a_gpu_needs_is_named() -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("tests the error on a machine without a GPU, and this one may have one")
    both = r"'cuda' is not available.* onnxruntime-gpu in place .* PyTorch .*llcodec\[torch\]"
    with pytest.raises(InputError, match=both):
        EngineRequest(device="cuda").choose()
    with pytest.raises(InputError, match=r"no CUDAExecutionProvider .*install onnxruntime-gpu"):
        EngineRequest("onnx", "cuda").choose()


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("engine", ["auto", "torch", "onnx"])
@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps", "directml", "coreml"])
def test_a_device_that_is_not_there_is_never_another(engine: str, device: str) -> None:
    if device == "coreml" and "CoreMLExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine has CoreML")
    with pytest.raises(InputError, match=f"device '{device}'"):
        EngineRequest(engine, device).choose()


@pytest.mark.parametrize("engine", ["", "onnxruntime", "ONNX"])
def test_other_engines_are_unknown(engine: str) -> None:
    with pytest.raises(InputError, match=r"unknown engine .* \(auto, onnx or torch\)"):
        EngineRequest(engine)
    with pytest.raises(InputError, match="unknown device 'tpu'"):
        EngineRequest(device="tpu")
