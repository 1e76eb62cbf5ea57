"""Networks in ONNX files, run by ONNX Runtime on the processor."""

import sys
from typing import Any

from llcodec._extras import require, versions_of
from llcodec._failures import in_one_line
from llcodec.bench.enhancers.exported import LoadedNetwork, Planes
from llcodec.errors import BrokenModelError

_FLOAT = "tensor(float)"
_ERRORS_ONLY = 3  # ONNX Runtime's level of what it writes to stderr


def load_onnx(name: str, data: bytes) -> LoadedNetwork:
    """Return the network of an ONNX file's contents, which must hold its weights as well.

    It uses as many threads as PyTorch, where that is loaded.

    Args:
        name: of the file, for messages.
        data: its contents.

    Raises:
        InputError: if ONNX Runtime is not installed.
        BrokenModelError: if the file cannot be loaded, or maps something else than one picture to
            one picture.
    """
    runtime = require("onnxruntime", "bench")
    options = runtime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    torch = sys.modules.get("torch")  # not imported for this: memory is measured
    options.intra_op_num_threads = 0 if torch is None else torch.get_num_threads()
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common class
        raise BrokenModelError(
            f"{name} cannot be loaded: it is no ONNX file, or its weights are in another file "
            f"({in_one_line(error)})"
        ) from error
    source, target = _only(name, "input", session.get_inputs()), session.get_outputs()
    _only(name, "output", target)
    sides = _sides(name, source)

    def run(planes: Planes) -> object:
        return session.run(None, {source.name: planes})[0]

    return LoadedNetwork(run, versions_of("onnxruntime"), sides)


def _only(name: str, what: str, found: list[Any]) -> Any:
    """Return the only input or output. Raises BrokenModelError unless it is one, of floats."""
    if len(found) != 1 or found[0].type != _FLOAT:
        types = ", ".join(f"{one.name} {one.type}" for one in found) or "none"
        raise BrokenModelError(f"{name}: the {what} must be a single {_FLOAT}, not {types}")
    return found[0]


def _sides(name: str, source: Any) -> tuple[int, int] | None:
    """Return the sides that an input is fixed to; None if both are free.

    Raises BrokenModelError if it is not 1×3×H×W, or if only one of the sides is fixed.
    """
    shape = list(source.shape)
    sides = [side for side in shape[2:] if isinstance(side, int)]
    fits = len(shape) == 4 and _may_be(shape[0], 1) and _may_be(shape[1], 3)
    if not fits or len(sides) == 1:
        raise BrokenModelError(f"{name}: the input must be 1×3×H×W, not {shape}")
    return (sides[0], sides[1]) if sides else None


def _may_be(size: object, wanted: int) -> bool:
    """Return whether a size is free (a name, or nothing), or the one that is wanted."""
    return not isinstance(size, int) or size == wanted
