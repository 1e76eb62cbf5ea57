"""One process of the matrix, within this one."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch

from llcodec.engine.torch_transforms import TorchTransforms
from measurements.determinism_worker import Reader, check_file, differences, reader_of
from measurements.golden import read_expected

GOLDEN = Path(__file__).parents[1] / "golden" / "v1"
FILES = read_expected(GOLDEN)["files"]
NAME = "odd-q4.5.llc"  # has both kinds of pixels


@pytest.fixture(scope="module", params=["channels_last", "contiguous"])
def reader(request: pytest.FixtureRequest) -> Reader:
    return reader_of(str(GOLDEN / "tiny.safetensors"), request.param, torch.device("cpu"))


def test_layouts_are_as_asked(reader: Reader) -> None:
    assert isinstance(reader.codec.transforms, TorchTransforms)
    network = reader.codec.transforms.model.g_s
    wide = [w for w in network.parameters() if w.ndim == 4 and w.shape[-1] > 1]
    last = all(w.is_contiguous(memory_format=torch.channels_last) for w in wide)
    plain = all(w.is_contiguous() for w in wide)
    assert wide
    assert last != plain


def test_golden_files_decode_alike_in_every_layout(reader: Reader) -> None:
    for name in (NAME, "tiles.llc", "deep-alpha.llc"):
        result = check_file(GOLDEN, name, FILES[name], reader)
        assert result.problems == ()
        assert result.distance is not None


def test_every_difference_is_named(reader: Reader) -> None:
    entry: dict[str, Any] = copy.deepcopy(FILES[NAME])
    entry["exactly"]["tiles"][0]["means"] = "0" * 64
    entry["pixels"] = "noise.png"
    result = check_file(GOLDEN, NAME, entry, reader)
    assert result.distance is None
    assert result.problems == (
        f"{NAME}: tiles 0 means differs",
        f"{NAME}: pixels differ by inf levels",
    )


def test_what_cannot_be_decoded_is_a_problem(reader: Reader) -> None:
    result = check_file(GOLDEN, "broken/symbols.llc", FILES[NAME], reader)
    assert result.distance is None
    assert len(result.problems) == 1
    assert result.problems[0].startswith("broken/symbols.llc: ")


def test_differences_of_json() -> None:
    wanted = {"a": [1, {"b": None}], "c": "x"}
    assert list(differences(copy.deepcopy(wanted), wanted)) == []
    assert list(differences({"a": [1, {"b": 0}], "c": "y"}, wanted)) == [
        "a 1 b differs",
        "c differs",
    ]
    assert list(differences({"a": [1], "c": "x"}, wanted)) == ["a differs"]
    assert list(differences({"c": "x"}, wanted)) == [" differs"]
