"""Running pipelines over pictures: resumed where it was interrupted, side by side where asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.codecs.timing import Timed, timed
from llcodec.bench.failure import told
from llcodec.bench.gaps import Filling, Gap, Kept
from llcodec.bench.kept import Distance
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import Pipeline, name_of, pipeline_of
from llcodec.bench.scores import Scores, distance, make, measure
from llcodec.bench.workers import Workers
from llcodec.data.pairs import Pixels
from llcodec.metrics.perceptual import MetricChoice

Progress = Callable[[str, int, int], None]
"""Hears of a pipeline's name, how many of its pictures are done, and how many there are."""


@dataclass(frozen=True)
class RunPlan:
    """What to run: pipelines by their texts, pictures, and where measurements are kept.

    ``qualities`` None are each codec's own; codecs of one quality keep that. ``jobs`` processes
    work side by side, with one thread each; times are only worth reading of a run with one.
    ``metrics`` are measured besides scores.
    """

    pipelines: Sequence[str]
    pictures: Sequence[BenchPicture]
    folder: Path
    options: CodecOptions
    qualities: tuple[float, ...] | None = None
    jobs: int = 1
    metrics: tuple[MetricChoice, ...] = ()


@dataclass(frozen=True)
class PipelineRun:
    """What became of one pipeline: scores by quality and picture, or why there are none.

    ``distances`` are those of the metrics that were wanted, by their names, in the same order; None
    of a picture without a reference, or of too small a one.
    """

    spec: str
    name: str
    pipeline: Pipeline | None
    qualities: tuple[float, ...] = ()
    scores: tuple[tuple[Scores, ...], ...] = ()  # of a quality, in the order of the pictures
    failure: str | None = None
    distances: Mapping[str, tuple[tuple[float | None, ...], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Task:
    spec: str
    options: CodecOptions
    picture: BenchPicture
    gaps: tuple[Gap, ...]


def run(plan: RunPlan, progress: Progress) -> Iterator[PipelineRun]:
    """Yield what became of each pipeline; one that fails does not keep the others from going on.

    It may fail in any way, since most of what runs here is others' code.
    """
    with Workers(plan.jobs) as workers:
        for spec in plan.pipelines:
            yield _tried(spec, plan, progress, workers)


def _tried(spec: str, plan: RunPlan, progress: Progress, workers: Workers) -> PipelineRun:
    try:
        return _run_one(spec, plan, progress, workers)
    except Exception as error:
        if isinstance(error, BrokenProcessPool):
            workers.renew()
        return PipelineRun(spec, name_of(spec), None, failure=told(error))


def _run_one(spec: str, plan: RunPlan, progress: Progress, workers: Workers) -> PipelineRun:
    pipeline = _pipeline(spec, plan.options)
    qualities = pipeline.qualities_of(plan.qualities)
    kept = Kept(plan.folder, pipeline.record(), plan.metrics)
    gaps = ((picture, kept.gaps(picture, qualities)) for picture in plan.pictures)
    tasks = [_Task(spec, plan.options, picture, missing) for picture, missing in gaps if missing]
    total = len(plan.pictures)
    progress(pipeline.name, total - len(tasks), total)
    timed_tasks = [task for task in tasks if any(gap.scores for gap in task.gaps)]
    if timed_tasks and workers.jobs == 1:
        _warm_up(timed_tasks[0])
    for number, (task, fillings) in enumerate(_done(tasks, workers), total - len(tasks) + 1):
        for gap, filling in zip(task.gaps, fillings, strict=True):
            kept.fill(task.picture, gap, filling)
        progress(pipeline.name, number, total)
    scores = tuple(kept.scores(plan.pictures, quality) for quality in qualities)
    found = [kept.distances(plan.pictures, quality) for quality in qualities]
    distances = {c.name: tuple(column[c.name] for column in found) for c in plan.metrics}
    return PipelineRun(spec, pipeline.name, pipeline, qualities, scores, distances=distances)


def _done(tasks: Sequence[_Task], workers: Workers) -> Iterable[tuple[_Task, list[Filling]]]:
    if workers.jobs == 1:
        yield from ((task, _work(task)) for task in tasks)
        return
    pool = workers.pool()
    futures = {pool.submit(_work, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _work(task: _Task) -> list[Filling]:
    """Measure one picture at some qualities; the sender's enhancement is made and timed once."""
    pipeline = _pipeline(task.spec, task.options)
    source, reference = task.picture.read(brightened=pipeline.brightens)
    sent = timed(lambda: pipeline.before.enhance(source))
    return [_fill(gap, pipeline, source, reference, sent) for gap in task.gaps]


def _fill(
    gap: Gap, pipeline: Pipeline, source: Pixels, reference: Pixels | None, sent: Timed[Pixels]
) -> Filling:
    if reference is None and not gap.scores:  # all that is missing needs one
        return Filling(None, dict.fromkeys(gap.metrics, Distance(None)))
    made = make(pipeline, source, gap.quality, sent)
    scores = measure(made, source, reference) if gap.scores else None
    distances = {
        choice: None if reference is None else distance(made, reference, choice.load())
        for choice in gap.metrics
    }
    return Filling(scores, {choice: Distance(value) for choice, value in distances.items()})


def _warm_up(task: _Task) -> None:
    """Use a pipeline once, so that no time counts what only happens the first time."""
    pipeline = _pipeline(task.spec, task.options)
    source, _ = task.picture.read()
    corner = source[:256, :256]
    pipeline.decode(pipeline.encode(corner, task.gaps[0].quality))


@lru_cache(maxsize=2)
def _pipeline(spec: str, options: CodecOptions) -> Pipeline:
    return pipeline_of(spec, options)
