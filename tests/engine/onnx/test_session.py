"""Sessions: devices, threads and errors in one line."""

import numpy as np
import onnxruntime
import pytest

from llcodec._memory import is_out_of_memory
from llcodec.engine.onnx.devices import Provider, choose_provider
from llcodec.engine.onnx.graph import Graph
from llcodec.engine.onnx.session import Session
from llcodec.errors import BrokenModelError, InputError

CPU = Provider("cpu", "CPUExecutionProvider", {})


def doubling(shape: tuple[int | str, ...] = (1, "n")) -> bytes:
    made = Graph()
    x = made.input("x", shape)
    made.output("y", made.add("Add", x, x), shape)
    return made.model()


def test_any_size_runs() -> None:
    session = Session(doubling(), CPU)
    for length in (1, 5):
        assert session.run({"x": np.ones((1, length), np.float32)}).tolist() == [2.0] * length


def test_threads_are_as_announced_and_do_not_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = onnxruntime.InferenceSession

    def watched(model: bytes, options: onnxruntime.SessionOptions, **rest: object) -> object:
        seen.append(options)
        return real(model, options, **rest)

    monkeypatch.setattr(onnxruntime, "InferenceSession", watched)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    Session(doubling(), CPU)
    (options,) = seen
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 1)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_a_device_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(model: bytes, options: object, **rest: object) -> object:
        raise RuntimeError("CUDA failure 100:\nno CUDA-capable device is detected")

    monkeypatch.setattr(onnxruntime, "InferenceSession", failing)
    with pytest.raises(InputError, match=r"'cuda:1' is not available .* no CUDA"):
        Session(doubling(), Provider("cuda:1", "CUDAExecutionProvider", {"device_id": "1"}))


def test_libraries_of_a_gpu_are_loaded_first_and_quietly(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = []

    def preload() -> None:
        print("Failed to load libcudart.so.12")
        calls.append("libraries")

    def failing(model: bytes, options: object, **rest: object) -> object:
        calls.append("session")
        raise RuntimeError("no CUDA")

    monkeypatch.setattr(onnxruntime, "set_default_logger_severity", calls.append)
    monkeypatch.setattr(onnxruntime, "preload_dlls", preload)
    monkeypatch.setattr(onnxruntime, "InferenceSession", failing)
    with pytest.raises(InputError):
        Session(doubling(), Provider("cuda", "CUDAExecutionProvider", {}))
    assert calls == [4, "libraries", "session"]
    assert capfd.readouterr() == ("", "")


def test_a_graph_that_is_none_is_a_broken_model(capfd: pytest.CaptureFixture[str]) -> None:
    made = Graph()
    x = made.input("x", (1, 3, 4))
    made.output("y", made.add("Conv", x, made.floats(1.0), kernel_shape=(3, 3)), (1, 3, 4))
    with pytest.raises(BrokenModelError, match="ONNX Runtime cannot run the model") as caught:
        Session(made.model(), CPU)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_too_little_memory_is_told_apart() -> None:
    """A picture of 2**46 pixels fits no machine."""
    made = Graph()
    x = made.input("x", (1,))
    grown = made.add("Expand", x, made.integers(2**23, 2**23))
    made.output("y", grown, (2**23, 2**23))
    session = Session(made.model(), CPU)
    with pytest.raises(Exception, match=r"memory|alloc") as caught:
        session.run({"x": np.ones(1, np.float32)})
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_the_processor_is_always_there(device: str) -> None:
    assert choose_provider(device) == CPU


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cuda", "the device 'cuda' is not available"),
        ("cuda:1", "the device 'cuda:1' is not available"),
        ("directml", "the device 'directml' is not available"),
        ("coreml", "the device 'coreml' is not available"),
        ("mps", "ONNX Runtime knows no device 'mps'"),
        ("cpu:1", "ONNX Runtime knows no device 'cpu:1'"),
        ("cuda:x", "ONNX Runtime knows no device 'cuda:x'"),
        ("cuda:", "ONNX Runtime knows no device 'cuda:'"),
        ("", "ONNX Runtime knows no device ''"),
    ],
)
def test_other_devices(device: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(InputError, match=message):
        choose_provider(device)


def test_a_gpu_is_chosen_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    first, second = choose_provider("auto"), choose_provider("cuda:1")
    assert (first.device, first.name) == ("cuda", "CUDAExecutionProvider")
    assert first.options["use_tf32"] == "0"
    assert (second.device, second.name) == ("cuda:1", "CUDAExecutionProvider")
    assert second.options == {**first.options, "device_id": "1"}


def test_a_device_that_does_not_start_is_no_silent_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ONNX Runtime falls back to the CPU where a provider that it was built with does not start."""
    real = onnxruntime.InferenceSession

    def falling_back(
        model: bytes, options: object, providers: list[object], **rest: object
    ) -> object:
        return real(model, options, providers=providers[1:], **rest)

    monkeypatch.setattr(onnxruntime, "InferenceSession", falling_back)
    with pytest.raises(InputError, match="the device 'cuda' is not available on this machine"):
        Session(doubling(), Provider("cuda", "CUDAExecutionProvider", {}))
