"""Run a graph with ONNX Runtime."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any, Final

from llcodec._arrays import Floats
from llcodec._failures import in_one_line
from llcodec._memory import is_out_of_memory
from llcodec._threads import thread_count
from llcodec.engine.onnx.devices import (
    CPU_PROVIDER,
    CUDA_PROVIDER,
    Provider,
    choose_provider,
)
from llcodec.engine.onnx.graph import Array, Graph
from llcodec.errors import BrokenModelError, InputError

_NOTHING: Final = 4  # but fatal errors, of ONNX Runtime's levels of what it writes to stderr


class Session:
    """A graph that is ready to run, for inputs of any size.

    Args:
        model: the ONNX model.
        provider: what computes.

    Raises:
        InputError: if the device cannot be used.
        BrokenModelError: if ONNX Runtime refuses the model.
    """

    def __init__(self, model: bytes, provider: Provider) -> None:
        import onnxruntime as runtime

        providers = [(provider.name, provider.options)]
        if provider.name != CPU_PROVIDER:
            providers.append((CPU_PROVIDER, {}))
            _load_libraries(runtime, provider)
        try:
            self._session: Any = runtime.InferenceSession(
                model,
                _options(runtime),
                providers=providers,
                enable_fallback=0,  # which prints on standard output
            )
        except Exception as error:
            if is_out_of_memory(error):
                raise
            if provider.name != CPU_PROVIDER:
                raise _unavailable(provider, in_one_line(error)) from error
            raise BrokenModelError(
                f"ONNX Runtime cannot run the model ({in_one_line(error)})"
            ) from error
        # ONNX Runtime falls back to the CPU silently if it cannot use a GPU.
        if self._session.get_providers()[0] != provider.name:
            raise _unavailable(provider, f"ONNX Runtime cannot use its {provider.name}")

    def run(self, inputs: Mapping[str, Array]) -> Floats:
        """Return the first output, without its first dimension, of which there is one."""
        return self.run_all(inputs)[0]

    def run_all(self, inputs: Mapping[str, Array]) -> list[Floats]:
        """Return all outputs, without their first dimension, of which there is one."""
        return [output[0] for output in self._session.run(None, inputs)]


def runs_on(device: str) -> bool:
    """Return whether graphs run on a device of this machine.

    ONNX Runtime may have been built for GPUs where there is none, so one is tried.
    """
    graph = Graph()
    graph.output("y", graph.input("x", (1,)), (1,))
    try:
        Session(graph.model(), choose_provider(device))
    except InputError:
        return False
    return True


def _unavailable(provider: Provider, why: str) -> InputError:
    return InputError(f"the device {provider.device!r} is not available on this machine: {why}")


def _load_libraries(runtime: Any, provider: Provider) -> None:
    """Load the libraries of a GPU from the packages of NVIDIA, if they are installed.

    Missing ones are not reported here: the session that needs them raises.
    """
    runtime.set_default_logger_severity(_NOTHING)
    preload = getattr(runtime, "preload_dlls", None)  # from ONNX Runtime 1.21 on
    if preload is not None and provider.name == CUDA_PROVIDER:
        with redirect_stdout(StringIO()):
            preload()


def _options(runtime: Any) -> Any:
    options = runtime.SessionOptions()
    options.log_severity_level = _NOTHING
    options.intra_op_num_threads = thread_count()
    options.inter_op_num_threads = 1
    # Plans of memory are kept for every size of input, which costs more than it saves.
    options.enable_mem_pattern = False
    # Threads that wait do not compute for anybody else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
