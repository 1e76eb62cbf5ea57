import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.peak_memory import largest, peak_memory
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.pipelines import name_of, pipeline_of
from llcodec.bench.runner import PipelineRun
from llcodec.errors import InputError

pytest.importorskip("resource", reason="this system does not tell peak memory")


def run_of(spec: str, *qualities: float) -> PipelineRun:
    return PipelineRun(spec, name_of(spec), pipeline_of(spec), qualities)


@pytest.fixture
def picture(pair_root: Path) -> BenchPicture:
    return find_pictures(str(pair_root)).pictures[0]


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
    (file,) = folder.iterdir()
    file.write_text("{")
    assert peak_memory(run, picture, CodecOptions(), folder).picture == picture.id
    assert log.read_text().splitlines() == ["once"] * 2


def test_larger_pictures_take_more(tmp_path: Path) -> None:
    peaks = []
    for side in (16, 3000):
        path = tmp_path / f"{side}.png"
        Image.new("RGB", (side, side)).save(path)
        picture = BenchPicture(str(side), path, None)
        found = peak_memory(run_of("plain:jpeg", 50), picture, CodecOptions(), tmp_path / "kept")
        peaks.append(found.encode or 0)
    assert peaks[1] > peaks[0] + 27  # MB: the picture itself


def test_a_side_that_fails_is_told(picture: BenchPicture, tmp_path: Path) -> None:
    run = replace(run_of("plain:jpeg", 50), spec="plain:nothing")
    with pytest.raises(InputError, match="unknown codec 'nothing'"):
        peak_memory(run, picture, CodecOptions(), tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_program_that_hangs_is_ended(picture: BenchPicture, tmp_path: Path) -> None:
    hang = shlex.join((sys.executable, "-c", "import time; time.sleep(60)"))
    run = run_of(f"ebc:cmd:{hang} {{input}} {{output}}+jpeg", 50)
    with pytest.raises(InputError, match=r"was ended after 0\.3 seconds"):
        peak_memory(run, picture, CodecOptions(timeout=0.3), tmp_path / "kept")


def test_the_largest_picture_is_found(tmp_path: Path) -> None:
    pictures = []
    for name, size in (("a", (9, 4)), ("b", (6, 7)), ("c", (7, 6))):
        Image.new("RGB", size).save(tmp_path / f"{name}.png")
        pictures.append(BenchPicture(name, tmp_path / f"{name}.png", None))
    assert largest(pictures).id == "b"
