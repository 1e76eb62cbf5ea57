from dataclasses import replace
from pathlib import Path

import pytest
import torch

from llcodec.bench.complexity import joint_complexity, nerco_complexity, paper_complexities
from llcodec.bench.pipeline_complexity import complexity_of, figure_5
from llcodec.bench.pipelines import pipeline_of
from llcodec.codec.models import load_model
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import COMPACT
from llcodec.nerco.weights import NercoFile, write_nerco


@pytest.fixture(scope="module")
def nerco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weight file of an untrained NeRCo of the compact preset."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("nerco") / "untrained.safetensors"
    write_nerco(path, NercoFile("untrained", NercoModel(COMPACT, degrader=False)))
    return path


def test_the_joint_network_costs_what_its_own_shape_does() -> None:
    found = complexity_of(pipeline_of("joint"))
    assert found is not None
    assert found.name == "joint"
    assert found.stages == joint_complexity("", load_model().model.preset).stages


def test_enhancers_stand_where_they_work(nerco: Path) -> None:
    (stage,) = nerco_complexity(COMPACT.name).stages
    for spec, place in ((f"ebc:nerco:{nerco}+base", 0), (f"cbe:base+nerco:{nerco}", -1)):
        found = complexity_of(pipeline_of(spec))
        assert found is not None
        assert len(found.stages) == 4
        assert found.stages[place] == stage
    alone = complexity_of(pipeline_of(f"enhance:nerco:{nerco}"))
    assert alone is not None
    assert alone.stages == (stage,)


@pytest.mark.parametrize("spec", ["plain:jpeg", "cbe:base+gamma", "ebc:joint+base"])
def test_what_cannot_be_counted_is_not(spec: str) -> None:
    assert complexity_of(pipeline_of(spec)) is None


def test_a_preset_that_was_changed_is_not_taken_for_the_usual_one(tmp_path: Path) -> None:
    path, smaller = tmp_path / "small.safetensors", replace(COMPACT, enhancer_width=8)
    write_nerco(path, NercoFile("small", NercoModel(smaller, degrader=False)))
    assert smaller.name == COMPACT.name
    assert complexity_of(pipeline_of(f"enhance:nerco:{path}")) is None


def test_the_figure_is_counted_once(tmp_path: Path) -> None:
    pipelines = [pipeline_of("plain:base"), pipeline_of("plain:jpeg")]
    found = figure_5(pipelines, tmp_path)
    assert [one.name for one in found] == [
        "plain-base",
        *(one.name for one in paper_complexities()),
    ]
    (file,) = tmp_path.iterdir()
    first = file.stat().st_mtime_ns
    assert figure_5(pipelines, tmp_path) == found
    assert file.stat().st_mtime_ns == first
    file.write_text("[{}]")
    assert figure_5(pipelines, tmp_path) == found
    assert len(figure_5(pipelines[1:], tmp_path)) == len(found) - 1
