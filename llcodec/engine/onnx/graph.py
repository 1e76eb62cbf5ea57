"""A writer of ONNX models: nodes, initializers, inputs and outputs, at one fixed version."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from llcodec.engine.onnx import protobuf as pb
from llcodec.errors import ModelError

OPSET: Final = 17
"""The version of the operators of all graphs."""

IR_VERSION: Final = 8
"""The version of the file format, the one of the same release of ONNX."""

Value: TypeAlias = str
"""The name of a tensor in a graph."""

Attribute: TypeAlias = int | float | str | Sequence[int]

Array: TypeAlias = NDArray[np.float32] | NDArray[np.int64]

# ONNX Runtime's own operators, such as attention that never has all scores in memory.
_EXTENSION, _EXTENSION_VERSION = "com.microsoft", 1
_MOST = 2**31 - 1  # bytes of a message, which Protocol memoryviews limit
_MOST_SHARED = 64  # elements of an initializer that is compared with others
_FLOAT32 = np.dtype(np.float32)
# TensorProto.DataType
_TYPES = {_FLOAT32: 1, np.dtype(np.int64): 7, np.dtype(np.float16): 10}


class Graph:
    """A graph under construction. Every method that adds something returns the value's name.

    Args:
        half: whether the model holds large initializers in half precision, as far as that loses
            nothing. They are converted when the model is loaded.
    """

    def __init__(self, *, half: bool = False) -> None:
        self._half = half
        self._nodes: list[bytes] = []
        self._initializers: list[tuple[bytes, memoryview]] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._shared: dict[tuple[str, tuple[int, ...], bytes], Value] = {}
        self._count = 0

    def input(self, name: str, shape: Sequence[int | str]) -> Value:
        """Add an input of float32 values; sizes that are names may be any."""
        self._inputs.append(_value_info(name, shape))
        return name

    def indices(self, name: str) -> Value:
        """Add an input of one dimension of integers, such as a shape."""
        self._inputs.append(_value_info(name, (f"length of {name}",), np.dtype(np.int64)))
        return name

    def constant(self, values: Array) -> Value:
        """Add an initializer; small ones that are equal are added once."""
        if values.size > _MOST_SHARED:
            return self._large(values)
        key = values.dtype.char, values.shape, values.tobytes()
        if key not in self._shared:
            self._shared[key] = self._initialized(values)
        return self._shared[key]

    def floats(self, *values: float) -> Value:
        """Add an initializer of one dimension."""
        return self.constant(np.array(values, np.float32))

    def integers(self, *values: int) -> Value:
        """Add an initializer of one dimension, such as a shape."""
        return self.constant(np.array(values, np.int64))

    def add(self, operator: str, *inputs: Value, **attributes: Attribute) -> Value:
        """Add a node with one output.

        Operators whose names begin with ``com.microsoft.`` are those of ONNX Runtime itself.
        """
        return self.split(operator, 1, *inputs, **attributes)[0]

    def split(
        self, operator: str, outputs: int, *inputs: Value, **attributes: Attribute
    ) -> tuple[Value, ...]:
        """Add a node with several outputs."""
        names = tuple(self._new_name() for _ in range(outputs))
        domain, _, plain = operator.rpartition(".")
        self._nodes.append(
            b"".join(
                (
                    *(pb.text(1, name) for name in inputs),
                    *(pb.text(2, name) for name in names),
                    pb.text(4, plain),
                    *(pb.data(5, _attribute(*item)) for item in attributes.items()),
                    pb.text(7, domain),
                )
            )
        )
        return names

    def output(self, name: str, value: Value, shape: Sequence[int | str]) -> None:
        """Make a value an output under a name of its own."""
        fields = pb.text(1, value), pb.text(2, name), pb.text(4, "Identity")
        self._nodes.append(b"".join(fields))
        self._outputs.append(_value_info(name, shape))

    def model(self) -> bytes:
        """Return the model as an ONNX file has it.

        Raises:
            ModelError: if it is larger than such a file can be.
        """
        parts: list[bytes | memoryview] = [pb.data(1, node) for node in self._nodes]
        parts.append(pb.text(2, "llcodec"))
        for head, data in self._initializers:
            end = pb.begin(9, data.nbytes)
            parts += [pb.begin(5, len(head) + len(end) + data.nbytes), head, end, data]
        parts += [pb.data(11, value) for value in self._inputs]
        parts += [pb.data(12, value) for value in self._outputs]
        size = sum(memoryview(part).nbytes for part in parts)
        if size > _MOST:
            raise ModelError("the model is too large for ONNX Runtime; it needs the engine torch")
        versions = ("", OPSET), (_EXTENSION, _EXTENSION_VERSION)
        opsets = (pb.text(1, domain) + pb.integer(2, version) for domain, version in versions)
        return b"".join(
            (
                pb.integer(1, IR_VERSION),
                pb.text(2, "llcodec"),
                *(pb.data(8, opset) for opset in opsets),
                pb.begin(7, size),
                *parts,
            )
        )

    def _large(self, values: Array) -> Value:
        if self._half and values.dtype == _FLOAT32:
            with np.errstate(over="ignore"):
                halved = values.astype(np.float16)
            if np.array_equal(halved, values):
                return self.add("Cast", self._initialized(halved), to=_TYPES[_FLOAT32])
        return self._initialized(values)

    def _initialized(self, values: Array | NDArray[np.float16]) -> Value:
        little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        name = self._new_name()
        head = pb.packed(1, values.shape) + pb.integer(2, _TYPES[values.dtype]) + pb.text(8, name)
        # Copied once only, into the model.
        self._initializers.append((head, little.reshape(-1).view(np.uint8).data))
        return name

    def _new_name(self) -> Value:
        self._count += 1
        return f"v{self._count}"


def _value_info(name: str, shape: Sequence[int | str], kind: np.dtype[Any] = _FLOAT32) -> bytes:
    sides = (pb.integer(1, n) if isinstance(n, int) else pb.text(2, n) for n in shape)
    dimensions = b"".join(pb.data(1, side) for side in sides)
    tensor = pb.integer(1, _TYPES[kind]) + pb.data(2, dimensions)
    return pb.text(1, name) + pb.data(2, pb.data(1, tensor))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        encoded = pb.integer(3, value) + pb.integer(20, 2)
    elif isinstance(value, float):
        encoded = pb.number(2, value) + pb.integer(20, 1)
    elif isinstance(value, str):
        encoded = pb.text(4, value) + pb.integer(20, 3)
    else:
        encoded = b"".join(pb.integer(8, item) for item in value) + pb.integer(20, 7)
    return pb.text(1, name) + encoded
