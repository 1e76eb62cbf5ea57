import os
import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from llcodec._arrays import Pixels
from llcodec._threads import _VARIABLES, announce_threads
from llcodec._worker_processes import WorkerProcesses
from llcodec.bench.codecs.pillow import PillowCodec, PngCodec
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.machine import WORKER_THREADS, conditions_here, threads_of
from llcodec.bench.pictures import find_pictures
from llcodec.bench.pipelines import Pipeline, pipeline_of
from llcodec.bench.runner import RunPlan, _limit_threads, run
from llcodec.metrics.perceptual import MetricChoice


@pytest.fixture
def plan(pair_root: Path, tmp_path: Path) -> RunPlan:
    pictures = find_pictures(str(pair_root)).pictures
    return RunPlan(["plain:jpeg"], pictures, tmp_path / "kept", CodecOptions(), (20.0, 75.0))


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
    assert len(log.read_text().splitlines()) == runs + 1  # it is warm
    assert [s.psnr for s in mended.scores[0]] == [s.psnr for s in first.scores[0]]


def test_times_keep_the_conditions_that_they_were_measured_under(plan: RunPlan) -> None:
    (first,) = run(plan, silent)
    assert first.conditions == (conditions_here(1),)
    together = replace(plan, options=CodecOptions(jobs=2))
    (again,) = run(together, silent)
    assert (again.scores, again.conditions) == (first.scores, first.conditions)
    next(iter(plan.folder.rglob("*.json"))).unlink()
    (mended,) = run(together, silent)
    assert mended.conditions == (conditions_here(1), conditions_here(2))
    assert (conditions_here(2).jobs, conditions_here(2).threads) == (2, 1)


class SlowToLoad(PngCodec):
    """A codec with a network for each quality, each of which takes a while to load."""

    loaded: ClassVar[list[float]] = []

    def at(self, quality: float) -> None:
        if quality not in self.loaded:
            self.loaded.append(quality)
            time.sleep(0.5)

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        self.at(quality)
        return super().encode(pixels, 0)


def test_no_time_counts_loading(plan: RunPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Pipeline("slow", "plain", SlowToLoad(qualities=(1.0, 2.0)))
    monkeypatch.setattr("llcodec.bench.runner.pipeline_of", lambda spec, options: slow)
    (result,) = run(replace(plan, pipelines=["slow"], qualities=None), silent)
    assert result.failure is None
    assert SlowToLoad.loaded == [1, 2]
    assert max(s.encode_seconds for column in result.scores for s in column) < 0.4


def test_a_program_that_hangs_does_not_keep_the_others(plan: RunPlan, tmp_path: Path) -> None:
    program = tmp_path / "hang.py"
    program.write_text("import time; time.sleep(60)")
    words = shlex.join((sys.executable, str(program)))
    specs = [f"ebc:cmd:{words} {{input}} {{output}}+jpeg", "plain:webp"]
    options = CodecOptions(timeout=0.5)
    hung, whole = run(replace(plan, pipelines=specs, options=options), silent)
    assert "was killed after 0.5 seconds (--timeout)" in str(hung.failure)
    assert whole.failure is None


def test_one_that_fails_does_not_keep_the_others(plan: RunPlan) -> None:
    specs = ["plain:nothing", "ebc:cmd:false {input} {output}+jpeg", "plain:webp"]
    results = list(run(replace(plan, pipelines=specs), silent))
    assert [r.failure is None for r in results] == [False, False, True]
    assert "unknown codec" in str(results[0].failure)
    assert "false" in str(results[1].failure)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate\n20 MiB"), "not enough memory"),
        (KeyError("y_hat"), "KeyError: 'y_hat'"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_one_that_fails_as_nobody_foresaw_does_not_keep_the_others(
    plan: RunPlan, monkeypatch: pytest.MonkeyPatch, error: Exception, failure: str
) -> None:
    decode = PillowCodec.decode

    def fail(codec: PillowCodec, data: bytes) -> object:
        if codec.name == "jpeg":
            raise error
        return decode(codec, data)

    monkeypatch.setattr(PillowCodec, "decode", fail)
    broken, whole = run(replace(plan, pipelines=["plain:jpeg", "plain:webp"]), silent)
    assert (broken.failure, broken.pipeline, broken.scores) == (failure, None, ())
    assert whole.failure is None


def test_who_interrupts_ends_it_all(plan: RunPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(codec: PillowCodec, data: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PillowCodec, "decode", interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(run(replace(plan, pipelines=["plain:jpeg", "plain:webp"]), silent))


@pytest.mark.skipif(sys.platform == "win32", reason="processes there are ended in other ways")
def test_a_process_that_dies_fails_its_own_pipeline_only(plan: RunPlan, tmp_path: Path) -> None:
    program = tmp_path / "kill.py"
    program.write_text("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    words = shlex.join((sys.executable, str(program)))
    specs = [f"ebc:cmd:{words} {{input}} {{output}}+jpeg", "plain:webp"]
    dead, whole = run(replace(plan, pipelines=specs, options=CodecOptions(jobs=2)), silent)
    assert "ended abruptly" in str(dead.failure)
    assert (whole.failure, len(whole.scores)) == (None, 2)


def test_codecs_of_one_quality_keep_it(plan: RunPlan) -> None:
    many, one = run(replace(plan, pipelines=["plain:webp", "enhance:none"]), silent)
    assert (many.qualities, one.qualities) == ((20.0, 75.0), (0.0,))
    assert (one.failure, len(one.scores)) == (None, 1)


def test_a_program_that_was_edited_is_measured_again(plan: RunPlan, tmp_path: Path) -> None:
    program = tmp_path / "brighten.py"
    code = (
        "import sys; from PIL import Image\n"
        "with Image.open(sys.argv[1]) as p: p.point(lambda v: 2 * v).save(sys.argv[2])"
    )
    words = shlex.join((sys.executable, str(program)))
    plan = replace(plan, pipelines=[f"enhance:cmd:{words} {{input}} {{output}}"])
    scores = []
    for factor in (2, 6):
        program.write_text(code.replace("2 *", f"{factor} *"))
        (result,) = run(plan, silent)
        scores.append(result.scores[0][0].psnr or 0.0)
    assert scores[1] > scores[0] + 3


def test_jobs_measure_the_same(plan: RunPlan, tmp_path: Path, alexnet: Path) -> None:
    plan = replace(plan, metrics=(MetricChoice("lpips", alexnet),))
    (alone,) = run(plan, silent)
    (together,) = run(
        replace(plan, options=CodecOptions(jobs=2), folder=tmp_path / "other"), silent
    )
    for one, other in zip(alone.scores, together.scores, strict=True):
        assert [(s.bpp, s.psnr) for s in one] == [(s.bpp, s.psnr) for s in other]
    for near, other in zip(*(r.distances["lpips"] for r in (alone, together)), strict=True):
        assert near == pytest.approx(other, rel=1e-5)  # sums depend on the number of threads


def test_progress_is_reported(plan: RunPlan) -> None:
    heard = []
    list(run(plan, lambda name, done, total: heard.append((name, done, total))))
    assert heard == [("plain-jpeg", done, 3) for done in range(4)]
    heard.clear()
    list(run(plan, lambda name, done, total: heard.append((name, done, total))))
    assert heard == [("plain-jpeg", 3, 3)]


def test_a_photograph_is_no_reference_of_what_brightens_it(plan: RunPlan, pair_root: Path) -> None:
    photographs = find_pictures(str(pair_root / "low")).pictures
    specs = ["plain:jpeg", "cbe:jpeg+gamma"]
    same, brighter = run(replace(plan, pipelines=specs, pictures=photographs), silent)
    assert all(score.psnr is not None for score in same.scores[0])
    assert all(score.psnr is None for score in brighter.scores[0])


def test_distances_come_beside_scores(plan: RunPlan, alexnet: Path) -> None:
    lpips = MetricChoice("lpips", alexnet)
    (result,) = run(replace(plan, metrics=(lpips,)), silent)
    low, high = result.distances["lpips"]
    assert all((a or 0) > (b or 0) > 0 for a, b in zip(low, high, strict=True))  # more bits, nearer
    source, reference = plan.pictures[1].read()
    pipeline = pipeline_of("plain:jpeg")
    made = pipeline.decode(pipeline.encode(source, 75))
    assert reference is not None
    assert high[1] == lpips.load()(made, reference)


def test_a_metric_that_comes_later_extends_what_is_kept(
    plan: RunPlan, alexnet: Path, counted: tuple[str, Path]
) -> None:
    spec, log = counted
    plan = replace(plan, pipelines=[spec])
    (before,) = run(plan, silent)
    files = {path: path.read_bytes() for path in plan.folder.rglob("*.json")}
    assert (before.distances, len(files), len(log.read_text().splitlines())) == ({}, 6, 4)
    wanted = replace(plan, metrics=(MetricChoice("lpips", alexnet),))
    heard = []
    (after,) = run(wanted, lambda name, done, total: heard.append((done, total)))
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert len(log.read_text().splitlines()) == 7  # no warm-up: nothing is timed
    assert after.scores == before.scores
    assert {path: path.read_bytes() for path in files} == files
    assert [len(column) for column in after.distances["lpips"]] == [3, 3]
    (again,) = run(wanted, silent)
    assert (again.scores, again.distances) == (after.scores, after.distances)
    (without,) = run(plan, silent)
    assert (without.scores, without.distances) == (before.scores, {})
    assert len(log.read_text().splitlines()) == 7


def test_without_a_reference_there_is_no_distance(
    plan: RunPlan, pair_root: Path, alexnet: Path, counted: tuple[str, Path]
) -> None:
    spec, log = counted
    photographs = find_pictures(str(pair_root / "low")).pictures
    plan = replace(plan, pipelines=[spec], pictures=photographs)
    list(run(plan, silent))
    (result,) = run(replace(plan, metrics=(MetricChoice("lpips", alexnet),)), silent)
    assert result.distances["lpips"] == ((None,) * 3,) * 2
    assert len(log.read_text().splitlines()) == 7


def test_processes_have_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in _VARIABLES:
        monkeypatch.setenv(variable, "2")  # and is as before afterwards
    announce_threads(WORKER_THREADS)
    with WorkerProcesses(1, _limit_threads) as workers:
        assert workers.submit(torch.get_num_threads).result() == threads_of(2) == 1
        assert workers.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "1"
    assert threads_of(1) == torch.get_num_threads()
