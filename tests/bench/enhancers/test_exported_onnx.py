"""Real ONNX files, made here, run by the real ONNX Runtime."""

from pathlib import Path

import numpy as np
import pytest

from llcodec.bench.enhancers.exported import load_onnx
from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.errors import BrokenModelError

pytestmark = [pytest.mark.extra("onnxruntime"), pytest.mark.extra("onnx")]

FREE = (1, 3, "h", "w")


def onnx_file(
    path: Path,
    shape: tuple[int | str, ...] = FREE,
    operator: str = "Sqrt",
    double: bool = False,
    outputs: int = 1,
) -> Path:
    """Write a network of one operator, the same for each of its outputs."""
    import onnx
    from onnx import TensorProto, helper

    kind = TensorProto.DOUBLE if double else TensorProto.FLOAT
    names = [f"out{number}" for number in range(outputs)]
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], [name]) for name in names],
        "it",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(name, kind, None) for name in names],
    )
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return path


def dark(height: int = 21, width: int = 34) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 80, (height, width, 3), dtype=np.uint8)


def test_a_picture_goes_through_the_network(tmp_path: Path) -> None:
    path = onnx_file(tmp_path / "root.onnx")
    enhancer = enhancer_of(f"onnx:{path},multiple=8")
    expected = np.round(np.sqrt(dark() / np.float32(255)) * 255)
    np.testing.assert_array_equal(enhancer.enhance(dark()), expected)
    assert enhancer.name == "onnx-root"
    assert set(enhancer.settings().versions) == {"onnxruntime", "SHA-256"}


def test_a_network_of_one_size_gets_tiles_of_it(tmp_path: Path) -> None:
    path = onnx_file(tmp_path / "root.onnx", (1, 3, 16, 24))
    expected = np.round(np.sqrt(dark() / np.float32(255)) * 255)
    np.testing.assert_array_equal(enhancer_of(f"onnx:{path}").enhance(dark()), expected)
    assert enhancer_of(f"onnx:{path}").settings().parameters["tiles"] == "24×16"


@pytest.mark.parametrize("shape", [(2, 3, "h", "w"), (1, 1, "h", "w"), (1, 3, "h"), (1, 3, 8, "w")])
def test_other_inputs_are_refused(tmp_path: Path, shape: tuple[int | str, ...]) -> None:
    path = onnx_file(tmp_path / "it.onnx", shape)
    with pytest.raises(BrokenModelError, match="the input must be 1×3×H×W"):
        load_onnx("it.onnx", path.read_bytes())


def test_what_is_not_one_picture_of_floats_is_refused(tmp_path: Path) -> None:
    for path, message in (
        (onnx_file(tmp_path / "a.onnx", double=True), r"the input .* not x tensor\(double\)"),
        (onnx_file(tmp_path / "b.onnx", outputs=2), r"the output .* not out0 .*, out1"),
    ):
        with pytest.raises(BrokenModelError, match=message):
            enhancer_of(f"onnx:{path}")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "it.onnx"
    whole = onnx_file(path).read_bytes()
    for data in (b"", b"no network", whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(BrokenModelError, match=r"it\.onnx cannot be loaded"):
            enhancer_of(f"onnx:{path}")


def test_weights_in_another_file_are_refused(tmp_path: Path) -> None:
    """Such a file would be measured by its checksum, and its weights would not be in it."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(onnx_file(tmp_path / "it.onnx", operator="Identity"))
    weights = numpy_helper.from_array(np.full(2000, 2, np.float32), "gain")
    model.graph.initializer.append(weights)
    model.graph.node.insert(0, helper.make_node("ReduceMax", ["gain"], ["most"], keepdims=0))
    model.graph.node[1].CopyFrom(helper.make_node("Mul", ["x", "most"], ["out0"]))
    onnx.save(model, tmp_path / "whole.onnx")
    enhancer = enhancer_of(f"onnx:{tmp_path / 'whole.onnx'}")
    np.testing.assert_array_equal(enhancer.enhance(dark()), 2 * dark())
    apart = tmp_path / "apart.onnx"
    onnx.save(model, apart, save_as_external_data=True, size_threshold=0, location="apart.data")
    with pytest.raises(BrokenModelError, match="its weights are in another file"):
        enhancer_of(f"onnx:{apart}")
