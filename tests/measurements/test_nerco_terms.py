import json
from pathlib import Path

import pytest
import torch

from llcodec.errors import InputError
from measurements.nerco_terms import (
    COARSE,
    MeanGradients,
    error_parts,
    main,
    read_state,
)


def test_the_parts_of_the_error_add_up() -> None:
    generator = torch.Generator().manual_seed(0)
    made, high = torch.rand(2, 1, 3, 2 * COARSE, 3 * COARSE, generator=generator)
    parts = error_parts(made, high)
    whole = parts.pop("all")
    assert float(sum(parts.values())) == pytest.approx(float(whole), rel=1e-5)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (torch.full((1, 3, 32, 32), 0.1), "brightness"),
        (torch.tensor([0.1, 0.0, -0.1]).view(1, 3, 1, 1).expand(1, 3, 32, 32), "cast"),
        (torch.linspace(-1, 1, 2).repeat_interleave(16).expand(1, 3, 32, 32) / 10, "shading"),
        (torch.tensor([0.1, -0.1]).repeat(16).expand(1, 3, 32, 32), "detail"),
    ],
)
def test_each_part_sees_its_kind_of_error(change: torch.Tensor, part: str) -> None:
    high = torch.full((1, 3, 32, 32), 0.5)
    parts = error_parts(high + change, high)
    assert float(parts[part]) == pytest.approx(float(parts["all"]), rel=1e-4)


def test_cosines_are_those_of_mean_gradients() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    one, other = MeanGradients([x]), MeanGradients([x])
    one.add({"a": (3 * x[0]).sum(), "b": x.sum()})
    one.add({"a": (1 * x[0]).sum(), "b": x.sum()})
    other.add({"c": -x[0], "d": x[1]})
    assert (one.value("a"), one.norm("a")) == (2, 2)
    assert one.cosine("a", other, "c") == -1
    assert one.cosine("a", other, "d") == 0
    assert one.cosine("b", other, "d") == pytest.approx(0.5**0.5)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_state(tmp_path / "none.safetensors")
    with pytest.raises(InputError, match="not the weights of nerco-compact"):
        read_state(Path("weights/enhancers/snr-aware.safetensors"))


@pytest.mark.extra("open_clip")
def test_the_command_writes_its_result(
    tmp_path: Path, pair_folder: Path, photograph_folder: Path
) -> None:
    out = tmp_path / "out.json"
    folders = ["--dark", pair_folder, "--bright", photograph_folder, "--pairs", pair_folder]
    few = ["--judged", "1", "--batches", "1", "--crop", "64", "--most", "1"]
    weights = ["--weights", "weights/enhancers/nerco.safetensors"]
    main([*map(str, folders), *few, *weights, "--out", str(out)])
    result = json.loads(out.read_text())
    assert result["weights"] == "nerco.safetensors"
    assert result["command"].startswith("python -m measurements.nerco_terms --dark ")
    assert str(tmp_path) not in out.read_text()
    assert {"adversarial", "edges", "loop_bright", "identity", "total"} < set(result["terms"])
    for term in result["terms"].values():
        assert term["gradient"] > 0
        assert all(-1.001 <= cosine <= 1.001 for cosine in term["cosines"].values())
