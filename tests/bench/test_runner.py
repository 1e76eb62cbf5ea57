import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.pictures import find_pictures
from llcodec.bench.runner import RunPlan, run

# Brightens, and writes a line to a file each time; the second argument is where.
COUNTED = """
import sys
from PIL import Image
with open(sys.argv[1], "a") as log:
    log.write("once\\n")
with Image.open(sys.argv[2]) as picture:
    picture.point(lambda v: 4 * v).save(sys.argv[3])
"""


@pytest.fixture
def plan(pair_root: Path, tmp_path: Path) -> RunPlan:
    pictures = find_pictures(str(pair_root)).pictures
    return RunPlan(["plain:jpeg"], pictures, tmp_path / "kept", CodecOptions(), (20.0, 75.0))


@pytest.fixture
def counted(tmp_path: Path) -> tuple[str, Path]:
    """A pipeline that counts how often its enhancer runs, and where it counts."""
    program, log = tmp_path / "counted.py", tmp_path / "log"
    program.write_text(COUNTED)
    words = map(shlex.quote, (sys.executable, str(program), str(log)))
    return f"ebc:cmd:{' '.join(words)} {{input}} {{output}}+jpeg", log


def silent(name: str, done: int, total: int) -> None:
    """Hear nothing."""


def test_scores_come_by_quality_and_picture(plan: RunPlan) -> None:
    (result,) = run(plan, silent)
    assert result.failure is None
    assert result.qualities == (20.0, 75.0)
    assert [len(column) for column in result.scores] == [3, 3]
    low, high = result.scores
    assert all(a.bpp < b.bpp for a, b in zip(low, high, strict=True))


def test_nothing_is_measured_twice(plan: RunPlan, counted: tuple[str, Path]) -> None:
    spec, log = counted
    plan = replace(plan, pipelines=[spec])
    (first,) = run(plan, silent)
    runs = len(log.read_text().splitlines())
    assert runs == 4  # once for each picture, whatever the qualities, and once to warm up
    (again,) = run(plan, silent)
    assert again.scores == first.scores
    assert len(log.read_text().splitlines()) == runs
    next(iter(plan.folder.rglob("*.json"))).unlink()
    (mended,) = run(plan, silent)
    assert len(log.read_text().splitlines()) == runs + 2
    assert [s.psnr for s in mended.scores[0]] == [s.psnr for s in first.scores[0]]


def test_one_that_fails_does_not_keep_the_others(plan: RunPlan) -> None:
    specs = ["plain:nothing", "ebc:cmd:false {input} {output}+jpeg", "plain:webp"]
    results = list(run(replace(plan, pipelines=specs), silent))
    assert [r.failure is None for r in results] == [False, False, True]
    assert "unknown codec" in str(results[0].failure)
    assert "false" in str(results[1].failure)


def test_jobs_make_the_same_scores(plan: RunPlan, tmp_path: Path) -> None:
    (alone,) = run(plan, silent)
    (together,) = run(replace(plan, jobs=2, folder=tmp_path / "other"), silent)
    for one, other in zip(alone.scores, together.scores, strict=True):
        assert [(s.bpp, s.psnr) for s in one] == [(s.bpp, s.psnr) for s in other]


def test_progress_is_told(plan: RunPlan) -> None:
    heard = []
    list(run(plan, lambda name, done, total: heard.append((name, done, total))))
    assert heard == [("plain-jpeg", done, 3) for done in range(4)]
    heard.clear()
    list(run(plan, lambda name, done, total: heard.append((name, done, total))))
    assert heard == [("plain-jpeg", 3, 3)]
