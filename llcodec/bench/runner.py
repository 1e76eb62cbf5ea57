"""Run pipelines over pictures: resume interrupted runs, and use several processes if asked to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from llcodec._arrays import Pixels
from llcodec._failures import in_one_line
from llcodec._threads import announce_threads
from llcodec._worker_processes import WorkerProcesses
from llcodec.bench.cache import Distance, Finished, MeasurementCache, Pending
from llcodec.bench.codecs.cache import Timed, timed
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.machine import WORKER_THREADS, Conditions, conditions_here
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import Pipeline, WarmPipeline, name_of, pipeline_of
from llcodec.bench.scores import Measured, Scores, distance, encode_and_decode, measure
from llcodec.metrics.perceptual import MetricChoice

Progress = Callable[[str, int, int], None]
"""Called with the name of a pipeline, the number of finished pictures, and that of all pictures."""


@dataclass(frozen=True)
class RunPlan:
    """What to run.

    Attributes:
        pipelines: as on the command line.
        pictures: to run them on.
        folder: of the cache of measurements.
        options: for codecs. ``jobs`` processes work at the same time, with one thread each; times
            are only meaningful if there is one.
        qualities: to run at; None stands for those of each codec. Codecs with one quality keep it.
        metrics: perceptual metrics to measure besides scores.
    """

    pipelines: Sequence[str]
    pictures: Sequence[BenchPicture]
    folder: Path
    options: CodecOptions
    qualities: tuple[float, ...] | None = None
    metrics: tuple[MetricChoice, ...] = ()


@dataclass(frozen=True)
class PipelineRun:
    """The run of one pipeline.

    Attributes:
        spec: the pipeline, as on the command line.
        name: its name in results.
        pipeline: None if it could not be built.
        qualities: at which it ran.
        scores: by quality, and for each quality in the order of the pictures.
        failure: why there are no scores; None if there are scores.
        distances: by the name of the perceptual metric, in the same order as scores; None for a
            picture that is too small or has no reference.
        conditions: all those under which times were measured, in this run or in earlier ones.
    """

    spec: str
    name: str
    pipeline: Pipeline | None
    qualities: tuple[float, ...] = ()
    scores: tuple[tuple[Scores, ...], ...] = ()
    failure: str | None = None
    distances: Mapping[str, tuple[tuple[float | None, ...], ...]] = field(default_factory=dict)
    conditions: tuple[Conditions, ...] = ()


def _limit_threads() -> None:
    import torch

    torch.set_num_threads(WORKER_THREADS)


@dataclass(frozen=True)
class _Task:
    spec: str
    options: CodecOptions
    picture: BenchPicture
    pending: tuple[Pending, ...]


def run(plan: RunPlan, progress: Progress) -> Iterator[PipelineRun]:
    """Yield the run of each pipeline; a pipeline that fails does not stop the others.

    Most of what runs here is third-party code, so that pipelines may fail in any way.
    """
    with WorkerProcesses(plan.options.jobs, _limit_threads) as workers:
        for spec in plan.pipelines:
            yield _tried(spec, plan, progress, workers)


def _tried(spec: str, plan: RunPlan, progress: Progress, workers: WorkerProcesses) -> PipelineRun:
    try:
        return _run_one(spec, plan, progress, workers)
    except Exception as error:
        return PipelineRun(spec, name_of(spec), None, failure=in_one_line(error))


def _run_one(spec: str, plan: RunPlan, progress: Progress, workers: WorkerProcesses) -> PipelineRun:
    pipeline = _warm(spec, plan.options).pipeline
    qualities = pipeline.qualities_of(plan.qualities)
    cache = MeasurementCache(plan.folder, pipeline.record(), plan.metrics)
    pending = ((picture, cache.pending(picture, qualities)) for picture in plan.pictures)
    tasks = [_Task(spec, plan.options, picture, found) for picture, found in pending if found]
    total = len(plan.pictures)
    progress(pipeline.name, total - len(tasks), total)
    for number, (task, finished) in enumerate(_done(tasks, workers), total - len(tasks) + 1):
        for wanted, found in zip(task.pending, finished, strict=True):
            cache.store(task.picture, wanted.quality, found)
        progress(pipeline.name, number, total)
    return _collected(PipelineRun(spec, pipeline.name, pipeline, qualities), cache, plan)


def _collected(run: PipelineRun, cache: MeasurementCache, plan: RunPlan) -> PipelineRun:
    """Return a run with all of its cached measurements."""
    measured = [cache.measured(plan.pictures, quality) for quality in run.qualities]
    found = [cache.distances(plan.pictures, quality) for quality in run.qualities]
    return replace(
        run,
        scores=tuple(tuple(one.scores for one in column) for column in measured),
        distances={c.name: tuple(column[c.name] for column in found) for c in plan.metrics},
        conditions=tuple(sorted({c for column in measured for m in column for c in m.conditions})),
    )


def _done(
    tasks: Sequence[_Task], workers: WorkerProcesses
) -> Iterable[tuple[_Task, list[Finished]]]:
    if workers.count == 1:
        yield from ((task, _work(task)) for task in tasks)
        return
    announce_threads(WORKER_THREADS)  # for the processes that are started here
    futures = {workers.submit(_work, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _work(task: _Task) -> list[Finished]:
    """Measure one picture at some qualities; the sender enhances it only once."""
    warm = _warm(task.spec, task.options)
    pipeline, here = warm.pipeline, conditions_here(task.options.jobs)
    source, reference = task.picture.read(brightened=pipeline.brightens)
    warm.warm_up(source, [wanted.quality for wanted in task.pending if wanted.scores])
    sent = timed(lambda: pipeline.before.enhance(source))
    return [_finish(one, pipeline, source, reference, sent, here) for one in task.pending]


def _finish(
    wanted: Pending,
    pipeline: Pipeline,
    source: Pixels,
    reference: Pixels | None,
    sent: Timed[Pixels],
    here: Conditions,
) -> Finished:
    if reference is None and not wanted.scores:  # everything that is pending needs a reference
        return Finished(None, dict.fromkeys(wanted.metrics, Distance(None)))
    made = encode_and_decode(pipeline, source, wanted.quality, sent, here)
    scores = Measured(measure(made, source, reference), made.conditions) if wanted.scores else None
    distances = {
        choice: None if reference is None else distance(made, reference, choice.load())
        for choice in wanted.metrics
    }
    return Finished(scores, {choice: Distance(value) for choice, value in distances.items()})


@lru_cache(maxsize=2)
def _warm(spec: str, options: CodecOptions) -> WarmPipeline:
    """Return a pipeline of this process; it is built only once."""
    return WarmPipeline(pipeline_of(spec, options))
