"""Running pipelines over pictures: resumed where it was interrupted, side by side where asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from llcodec._failures import in_one_line
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.codecs.timing import Timed, timed
from llcodec.bench.conditions import Conditions, conditions_here
from llcodec.bench.gaps import Filling, Gap, Kept
from llcodec.bench.kept import Distance
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import Pipeline, name_of, pipeline_of
from llcodec.bench.scores import Measured, Scores, distance, make, measure
from llcodec.bench.warming import WarmPipeline
from llcodec.bench.workers import Workers
from llcodec.data.pairs import Pixels
from llcodec.metrics.perceptual import MetricChoice

Progress = Callable[[str, int, int], None]
"""Hears of a pipeline's name, how many of its pictures are done, and how many there are."""


@dataclass(frozen=True)
class RunPlan:
    """What to run: pipelines by their texts, pictures, and where measurements are kept.

    ``qualities`` None are each codec's own; codecs of one quality keep that. ``metrics`` are
    measured besides scores. As many processes as ``options`` say work side by side, with one thread
    each; times are only worth reading of a run with one.
    """

    pipelines: Sequence[str]
    pictures: Sequence[BenchPicture]
    folder: Path
    options: CodecOptions
    qualities: tuple[float, ...] | None = None
    metrics: tuple[MetricChoice, ...] = ()


@dataclass(frozen=True)
class PipelineRun:
    """What became of one pipeline: scores by quality and picture, or why there are none.

    ``conditions`` are all those that seconds among the scores were measured under, now or in runs
    before. ``distances`` are those of the metrics that were wanted, by their names, in the same
    order; None of a picture without a reference, or of too small a one.
    """

    spec: str
    name: str
    pipeline: Pipeline | None
    qualities: tuple[float, ...] = ()
    scores: tuple[tuple[Scores, ...], ...] = ()  # of a quality, in the order of the pictures
    failure: str | None = None
    distances: Mapping[str, tuple[tuple[float | None, ...], ...]] = field(default_factory=dict)
    conditions: tuple[Conditions, ...] = ()


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
    with Workers(plan.options.jobs) as workers:
        for spec in plan.pipelines:
            yield _tried(spec, plan, progress, workers)


def _tried(spec: str, plan: RunPlan, progress: Progress, workers: Workers) -> PipelineRun:
    try:
        return _run_one(spec, plan, progress, workers)
    except Exception as error:
        if isinstance(error, BrokenProcessPool):
            workers.renew()
        return PipelineRun(spec, name_of(spec), None, failure=in_one_line(error))


def _run_one(spec: str, plan: RunPlan, progress: Progress, workers: Workers) -> PipelineRun:
    pipeline = _warm(spec, plan.options).pipeline
    qualities = pipeline.qualities_of(plan.qualities)
    kept = Kept(plan.folder, pipeline.record(), plan.metrics)
    gaps = ((picture, kept.gaps(picture, qualities)) for picture in plan.pictures)
    tasks = [_Task(spec, plan.options, picture, missing) for picture, missing in gaps if missing]
    total = len(plan.pictures)
    progress(pipeline.name, total - len(tasks), total)
    for number, (task, fillings) in enumerate(_done(tasks, workers), total - len(tasks) + 1):
        for gap, filling in zip(task.gaps, fillings, strict=True):
            kept.fill(task.picture, gap, filling)
        progress(pipeline.name, number, total)
    return _collected(PipelineRun(spec, pipeline.name, pipeline, qualities), kept, plan)


def _collected(run: PipelineRun, kept: Kept, plan: RunPlan) -> PipelineRun:
    """Return a run with all that is kept of it."""
    measured = [kept.measured(plan.pictures, quality) for quality in run.qualities]
    found = [kept.distances(plan.pictures, quality) for quality in run.qualities]
    return replace(
        run,
        scores=tuple(tuple(one.scores for one in column) for column in measured),
        distances={c.name: tuple(column[c.name] for column in found) for c in plan.metrics},
        conditions=tuple(sorted({c for column in measured for m in column for c in m.conditions})),
    )


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
    warm = _warm(task.spec, task.options)
    pipeline, here = warm.pipeline, conditions_here(task.options.jobs)
    source, reference = task.picture.read(brightened=pipeline.brightens)
    warm.warm_up(source, [gap.quality for gap in task.gaps if gap.scores])
    sent = timed(lambda: pipeline.before.enhance(source))
    return [_fill(gap, pipeline, source, reference, sent, here) for gap in task.gaps]


def _fill(
    gap: Gap,
    pipeline: Pipeline,
    source: Pixels,
    reference: Pixels | None,
    sent: Timed[Pixels],
    here: Conditions,
) -> Filling:
    if reference is None and not gap.scores:  # all that is missing needs one
        return Filling(None, dict.fromkeys(gap.metrics, Distance(None)))
    made = make(pipeline, source, gap.quality, sent, here)
    measured = Measured(measure(made, source, reference), made.conditions) if gap.scores else None
    distances = {
        choice: None if reference is None else distance(made, reference, choice.load())
        for choice in gap.metrics
    }
    return Filling(measured, {choice: Distance(value) for choice, value in distances.items()})


@lru_cache(maxsize=2)
def _warm(spec: str, options: CodecOptions) -> WarmPipeline:
    """Return a pipeline of this process; it is only built once."""
    return WarmPipeline(pipeline_of(spec, options))
