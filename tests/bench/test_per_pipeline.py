import shlex
import shutil
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from PIL import Image

from llcodec._shipped import shipped_file
from llcodec.bench import per_pipeline
from llcodec.bench.codecs.compressai import CompressaiCodec
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.complexity import (
    Complexity,
    all_complexities,
    enhancer_complexity,
    joint_complexity,
    paper_complexities,
)
from llcodec.bench.per_pipeline import (
    PerPipeline,
    complexities_of,
    complexity_of,
    figure_5,
    largest,
    measure_per_pipeline,
    peak_memory,
)
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.pipelines import Pipeline, name_of, pipeline_of
from llcodec.bench.runner import PipelineRun
from llcodec.codec.models import load_model
from llcodec.errors import InputError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import COMPACT
from llcodec.nerco.torch_engine import nerco_file
from llcodec.nerco.weights import write_nerco

tells_memory = pytest.mark.skipif(
    find_spec("resource") is None, reason="this system does not tell peak memory"
)
RUN = PipelineRun("plain:base", "plain-base", pipeline_of("plain:base"), (2.0, 5.0))
FAILED = PipelineRun("plain:nothing", "plain-nothing", None, failure="unknown codec")


@tells_memory
def test_what_ran_is_measured_and_heard_of(pair_root: Path, tmp_path: Path) -> None:
    pictures = find_pictures(str(pair_root)).pictures
    heard = []
    found, problems = measure_per_pipeline(
        [FAILED, RUN], pictures, CodecOptions(), tmp_path, lambda *news: heard.append(news)
    )
    assert problems == []
    assert list(found) == ["plain-base"]
    assert found["plain-base"].memory is not None
    assert found["plain-base"].memory.quality == 5
    assert [one and one.name for one in found["plain-base"].complexities] == ["plain-base"] * 2
    assert heard == [("peak memory", 1, 1)]
    assert {path.name for path in tmp_path.iterdir()} == {"memory", "complexity"}


def test_what_fails_is_reported_and_no_more(
    pair_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("not today")

    monkeypatch.setattr(per_pipeline, "complexities_of", fail)
    pictures = find_pictures(str(pair_root)).pictures
    run = replace(RUN, spec="plain:nothing")
    found, problems = measure_per_pipeline(
        [run], pictures, CodecOptions(), tmp_path, lambda *_: None
    )
    assert found == {"plain-base": PerPipeline()}
    memory, networks = problems
    assert memory.startswith("plain-base: cannot measure its memory: ")
    assert "unknown codec 'nothing'" in memory
    assert networks == "plain-base: cannot measure its complexity: RuntimeError: not today"


def test_where_all_failed_there_is_nothing_to_measure(tmp_path: Path) -> None:
    assert measure_per_pipeline([FAILED], (), CodecOptions(), tmp_path, lambda *_: None) == ({}, [])


def run_of(spec: str, *qualities: float) -> PipelineRun:
    return PipelineRun(spec, name_of(spec), pipeline_of(spec), qualities)


@pytest.fixture
def picture(pair_root: Path) -> BenchPicture:
    return find_pictures(str(pair_root)).pictures[0]


@tells_memory
def test_both_sides_are_measured_once(
    counted: tuple[str, Path], picture: BenchPicture, tmp_path: Path
) -> None:
    spec, log = counted
    run, folder = run_of(spec, 5, 50, 95), tmp_path / "memory"
    found = peak_memory(run, picture, CodecOptions(), folder)
    assert log.read_text().splitlines() == ["once"]  # the sender enhances, the receiver does not
    assert found.encode is not None
    assert found.decode is not None
    assert 10 < found.decode < 1000
    assert (found.quality, found.picture, found.width, found.height) == (50, picture.id, 64, 48)
    assert peak_memory(run, picture, CodecOptions(), folder) == found
    assert log.read_text().splitlines() == ["once"]
    (file,) = folder.rglob("*.json")
    file.write_text("{")
    assert peak_memory(run, picture, CodecOptions(), folder).picture == picture.id
    assert log.read_text().splitlines() == ["once"] * 2


@tells_memory
def test_larger_pictures_take_more(tmp_path: Path) -> None:
    peaks = []
    for side in (16, 3000):
        path = tmp_path / f"{side}.png"
        Image.new("RGB", (side, side)).save(path)
        picture = BenchPicture(str(side), path, None)
        found = peak_memory(run_of("plain:jpeg", 50), picture, CodecOptions(), tmp_path / "kept")
        peaks.append(found.encode or 0)
    assert peaks[1] > peaks[0] + 27  # MB: the picture itself


@tells_memory
def test_a_side_that_fails_is_reported(picture: BenchPicture, tmp_path: Path) -> None:
    run = replace(run_of("plain:jpeg", 50), spec="plain:nothing")
    with pytest.raises(InputError, match="unknown codec 'nothing'"):
        peak_memory(run, picture, CodecOptions(), tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


@tells_memory
def test_a_program_that_hangs_is_ended(picture: BenchPicture, tmp_path: Path) -> None:
    hang = shlex.join((sys.executable, "-c", "import time; time.sleep(60)"))
    run = run_of(f"ebc:cmd:{hang} {{input}} {{output}}+jpeg", 50)
    with pytest.raises(InputError, match=r"was killed after 0\.3 seconds"):
        peak_memory(run, picture, CodecOptions(timeout=0.3), tmp_path / "kept")


def test_the_largest_picture_is_found(tmp_path: Path) -> None:
    pictures = []
    for name, size in (("a", (9, 4)), ("b", (6, 7)), ("c", (7, 6))):
        Image.new("RGB", size).save(tmp_path / f"{name}.png")
        pictures.append(BenchPicture(name, tmp_path / f"{name}.png", None))
    assert largest(pictures).id == "b"


@pytest.fixture(scope="module")
def nerco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weight file of an untrained NeRCo of the compact preset."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("nerco") / "untrained.safetensors"
    write_nerco(path, nerco_file("untrained", NercoModel(COMPACT, degrader=False)))
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
    preset = load_model().preset
    assert found.stages == joint_complexity("", preset).stages
    assert found.parameters < joint_complexity("", preset, masked=True).parameters


def test_enhancers_stand_where_they_work(nerco: Path) -> None:
    (stage,) = enhancer_complexity(COMPACT.name).stages
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
    write_nerco(path, nerco_file("small", NercoModel(smaller, degrader=False)))
    assert smaller.name == COMPACT.name
    assert complexity_of(pipeline_of(f"enhance:nerco:{path}"), 0.0) is None


def test_what_was_counted_is_kept(tmp_path: Path) -> None:
    pipeline = pipeline_of("plain:base")
    found = complexities_of(pipeline, (1, 8), tmp_path)
    assert found == (complexity_of(pipeline, 1),) * 2
    (file,) = tmp_path.rglob("*.json")
    file.write_text(file.read_text().replace('"encoder"', '"kept"'))
    (kept, _) = complexities_of(pipeline, (1, 8), tmp_path)
    assert kept is not None
    assert kept.stages[0].name == "kept"
    file.write_text("[{}]")
    assert complexities_of(pipeline, (1, 8), tmp_path) == found
    assert complexities_of(pipeline_of("plain:jpeg"), (5, 9), tmp_path) == (None, None)
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_the_figure_is_that_of_the_paper_beside_ours(tmp_path: Path) -> None:
    own = Complexity("ours", ())
    found = figure_5([own], tmp_path)
    assert found == (own, *paper_complexities())
    (file,) = tmp_path.iterdir()
    first = file.stat().st_mtime_ns
    assert figure_5([], tmp_path) == found[1:]
    assert file.stat().st_mtime_ns == first
