"""The writer of ONNX models, held to the library of the standard."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from llcodec.engine.onnx import codec_graphs, graph, tone_network
from llcodec.engine.onnx.graph import Graph
from llcodec.errors import ModelError
from tests.engine.onnx.conftest import Both


def checked(model: bytes) -> onnx.ModelProto:
    """Return a model that the library accepts, with the shapes that it infers."""
    loaded = onnx.load_model_from_string(model)
    onnx.checker.check_model(loaded, full_check=True)
    return loaded


def test_all_graphs_are_valid(both: Both) -> None:
    preset, arrays = both.preset, both.arrays
    models = [codec_graphs.synthesis(preset, arrays), codec_graphs.hyper_analysis(preset, arrays)]
    if preset.linear_path:
        models.append(codec_graphs.preview(preset, arrays))
    if preset.global_tone:
        models.append(tone_network.network(preset, arrays))
    kinds: tuple[codec_graphs.ToneKind, ...] = ("none", "global", "local")
    for curve in kinds:
        for enhance in {False, preset.snr_branch}:
            models.append(codec_graphs.analysis(preset, arrays, curve=curve, enhance=enhance))
    for model in models:
        checked(model)


def test_values_arrive_as_they_were_written() -> None:
    made = Graph()
    x = made.input("x", (1, "n"))
    floats = np.array([[1.5, -2.0], [np.float32(0.1), 1e-30]], np.float32)
    product = made.add("MatMul", x, made.constant(floats))
    shape = made.integers(-1, 2**40, -(2**40))
    negative = made.add("Softmax", product, axis=-1)
    padded = made.add("LeakyRelu", negative, alpha=0.25)
    pooled = made.add("Transpose", padded, perm=(1, 0))
    made.output("y", made.add("Reshape", pooled, shape), ("n", 1))
    loaded = onnx.load_model_from_string(made.model())
    assert loaded.ir_version == graph.IR_VERSION
    assert [(o.domain, o.version) for o in loaded.opset_import] == [
        ("", graph.OPSET),
        ("com.microsoft", 1),
    ]
    first, second = (numpy_helper.to_array(t) for t in loaded.graph.initializer)
    assert np.array_equal(first, floats)
    assert second.tolist() == [-1, 2**40, -(2**40)]
    attributes = {
        a.name: onnx.helper.get_attribute_value(a) for n in loaded.graph.node for a in n.attribute
    }
    assert attributes == {"axis": -1, "alpha": 0.25, "perm": [1, 0]}
    dims = loaded.graph.input[0].type.tensor_type.shape.dim
    assert (dims[0].dim_value, dims[1].dim_param) == (1, "n")


def test_text_attributes_and_several_outputs() -> None:
    made = Graph()
    x = made.input("x", (1, 4, 2, 2))
    first, second = made.split("Split", 2, x, axis=1)
    both = made.add("Add", first, second)
    made.output(
        "y", made.add("Pad", both, made.integers(0, 0, 1, 1, 0, 0, 1, 1), mode="edge"), (1, 2, 4, 4)
    )
    checked(made.model())


def test_half_precision_loses_nothing() -> None:
    exact = np.arange(-64, 64, dtype=np.float32).reshape(16, 8) / np.float32(32)
    finer, larger = exact / np.float32(3), exact * np.float32(1e6)
    for values, kind in ((exact, np.float16), (finer, np.float32), (larger, np.float32)):
        made = Graph(half=True)
        stored = made.constant(values)
        made.output("y", made.add("Identity", stored), values.shape)
        loaded = checked(made.model())
        (tensor,) = (numpy_helper.to_array(t) for t in loaded.graph.initializer)
        assert tensor.dtype == kind
        (found,) = ReferenceEvaluator(loaded).run(None, {})
        assert isinstance(found, np.ndarray)
        assert found.dtype == np.float32
        assert np.array_equal(found, values)


def test_equal_numbers_are_stored_once() -> None:
    made = Graph()
    assert made.floats(0.5) == made.floats(0.5) != made.floats(0.25)
    assert made.integers(1, 2) == made.integers(1, 2)
    assert made.constant(np.array([[1], [2]])) != made.integers(1, 2)


def test_what_does_not_fit_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Graph()
    made.output("y", made.constant(np.zeros((5, 200), np.float32)), (5, 200))
    made.model()
    monkeypatch.setattr(graph, "_MOST", 3000)
    with pytest.raises(ModelError, match="too large for ONNX Runtime"):
        made.model()
