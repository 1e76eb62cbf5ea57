import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from llcodec._cards import shipped_file
from llcodec.bench.codecs.compressai import CompressaiCodec
from llcodec.bench.complexity import (
    Complexity,
    all_complexities,
    joint_complexity,
    nerco_complexity,
    paper_complexities,
)
from llcodec.bench.pipeline_complexity import complexities_of, complexity_of, figure_5
from llcodec.bench.pipelines import Pipeline, pipeline_of
from llcodec.codec.models import load_model
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import COMPACT
from llcodec.nerco.weights import NercoFile, write_nerco
from llcodec.nets.presets import FAST


@pytest.fixture(scope="module")
def nerco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weight file of an untrained NeRCo of the compact preset."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("nerco") / "untrained.safetensors"
    write_nerco(path, NercoFile("untrained", NercoModel(COMPACT, degrader=False)))
    return path


class Cheng(CompressaiCodec):
    """A model of CompressAI's zoo of which nothing but its widths is known."""

    def __init__(self, name: str) -> None:
        self._name = name

    def channels(self, quality: float) -> int:
        return 128 if quality < 4 else 192


def test_the_joint_network_costs_what_its_own_shape_does() -> None:
    found = complexity_of(pipeline_of("joint"), 4.0)
    assert found is not None
    assert found.name == "joint"
    assert found.stages == joint_complexity("", load_model().model.preset).stages
    assert found.parameters < joint_complexity("", FAST, masked=True).parameters


def test_enhancers_stand_where_they_work(nerco: Path) -> None:
    (stage,) = nerco_complexity(COMPACT.name).stages
    for spec, place in ((f"ebc:nerco:{nerco}+base", 0), (f"cbe:base+nerco:{nerco}", -1)):
        found = complexity_of(pipeline_of(spec), 4.0)
        assert found is not None
        assert len(found.stages) == 4
        assert found.stages[place] == stage
    alone = complexity_of(pipeline_of(f"enhance:nerco:{nerco}"), 0.0)
    assert alone is not None
    assert alone.stages == (stage,)


def test_the_zoo_has_networks_of_two_widths() -> None:
    pipeline = Pipeline("plain-cheng", "plain", Cheng("cheng2020-anchor"))
    known = {one.name: one.stages for one in all_complexities()}
    for quality, n in ((3, 128), (4, 192)):
        found = complexity_of(pipeline, quality)
        assert found is not None
        assert found.stages == known[f"cheng2020-anchor-{n}"]
    assert complexity_of(replace(pipeline, codec=Cheng("mbt2018")), 3) is None


def test_each_model_of_a_folder_costs_its_own(tmp_path: Path) -> None:
    for name in ("fast", "base"):
        shutil.copy(shipped_file(name), tmp_path / f"{name}.safetensors")
    pipeline = pipeline_of(f"plain:llc:{tmp_path}")
    base, fast = (complexity_of(pipeline, place) for place in (1, 2))
    assert base is not None
    assert fast is not None
    assert base.parameters < fast.parameters


@pytest.mark.parametrize("spec", ["plain:jpeg", "cbe:base+gamma", "ebc:joint+base"])
def test_what_cannot_be_counted_is_not(spec: str) -> None:
    assert complexity_of(pipeline_of(spec), 4.0) is None


def test_a_preset_that_was_changed_is_not_taken_for_the_usual_one(tmp_path: Path) -> None:
    path, smaller = tmp_path / "small.safetensors", replace(COMPACT, enhancer_width=8)
    write_nerco(path, NercoFile("small", NercoModel(smaller, degrader=False)))
    assert smaller.name == COMPACT.name
    assert complexity_of(pipeline_of(f"enhance:nerco:{path}"), 0.0) is None


def test_what_was_counted_is_kept(tmp_path: Path) -> None:
    pipeline = pipeline_of("plain:base")
    found = complexities_of(pipeline, (1, 8), tmp_path)
    assert found == (complexity_of(pipeline, 1),) * 2
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace('"encoder"', '"kept"'))
    (kept, _) = complexities_of(pipeline, (1, 8), tmp_path)
    assert kept is not None
    assert kept.stages[0].name == "kept"
    file.write_text("[{}]")
    assert complexities_of(pipeline, (1, 8), tmp_path) == found
    assert complexities_of(pipeline_of("plain:jpeg"), (5, 9), tmp_path) == (None, None)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_figure_is_that_of_the_paper_beside_ours(tmp_path: Path) -> None:
    own = Complexity("ours", ())
    found = figure_5([own], tmp_path)
    assert found == (own, *paper_complexities())
    (file,) = tmp_path.iterdir()
    first = file.stat().st_mtime_ns
    assert figure_5([], tmp_path) == found[1:]
    assert file.stat().st_mtime_ns == first
