"""Running pipelines over pictures: resumed where it was interrupted, side by side where asked."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.codecs.timing import timed
from llcodec.bench.kept import KeptScores
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import Pipeline, name_of, pipeline_of
from llcodec.bench.scores import Scores, measure
from llcodec.errors import LlcError

Progress = Callable[[str, int, int], None]
"""Hears of a pipeline's name, how many of its pictures are done, and how many there are."""


@dataclass(frozen=True)
class RunPlan:
    """What to run: pipelines by their texts, pictures, and where measurements are kept.

    ``qualities`` None are each codec's own. ``jobs`` processes work side by side, with one thread
    each; times are only worth reading of a run with one.
    """

    pipelines: Sequence[str]
    pictures: Sequence[BenchPicture]
    folder: Path
    options: CodecOptions
    qualities: tuple[float, ...] | None = None
    jobs: int = 1


@dataclass(frozen=True)
class PipelineRun:
    """What became of one pipeline: scores by quality and picture, or why there are none."""

    spec: str
    name: str
    pipeline: Pipeline | None
    qualities: tuple[float, ...] = ()
    scores: tuple[tuple[Scores, ...], ...] = ()  # of a quality, in the order of the pictures
    failure: str | None = None


@dataclass(frozen=True)
class _Task:
    spec: str
    options: CodecOptions
    picture: BenchPicture
    qualities: tuple[float, ...]


def run(plan: RunPlan, progress: Progress) -> Iterator[PipelineRun]:
    """Yield what became of each pipeline; one that fails does not keep the others from going on."""
    with ExitStack() as stack:
        pool = None
        if plan.jobs > 1:
            context = get_context("spawn")  # PyTorch's threads do not survive a fork
            pool = stack.enter_context(
                ProcessPoolExecutor(plan.jobs, context, initializer=_one_thread)
            )
        for spec in plan.pipelines:
            try:
                yield _run_one(spec, plan, progress, pool)
            except (LlcError, OSError) as error:
                yield PipelineRun(spec, name_of(spec), None, failure=str(error))


def _run_one(
    spec: str, plan: RunPlan, progress: Progress, pool: ProcessPoolExecutor | None
) -> PipelineRun:
    pipeline = _pipeline(spec, plan.options)
    qualities = plan.qualities or pipeline.qualities
    kept = KeptScores(plan.folder, pipeline.record())
    missing = []
    for picture in plan.pictures:
        absent = tuple(q for q in qualities if kept.read(picture, q) is None)
        if absent:
            missing.append(_Task(spec, plan.options, picture, absent))
    total = len(plan.pictures)
    progress(pipeline.name, total - len(missing), total)
    if missing and pool is None:
        _warm_up(missing[0])
    for number, (task, scores) in enumerate(_done(missing, pool), total - len(missing) + 1):
        for quality, score in zip(task.qualities, scores, strict=True):
            kept.write(task.picture, quality, score)
        progress(pipeline.name, number, total)
    columns = []
    for quality in qualities:
        column = [kept.read(picture, quality) for picture in plan.pictures]
        columns.append(tuple(score for score in column if score is not None))
    return PipelineRun(spec, pipeline.name, pipeline, qualities, tuple(columns))


def _done(
    tasks: Sequence[_Task], pool: ProcessPoolExecutor | None
) -> Iterable[tuple[_Task, list[Scores]]]:
    if pool is None:
        yield from ((task, _work(task)) for task in tasks)
        return
    futures = {pool.submit(_work, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _work(task: _Task) -> list[Scores]:
    """Measure one picture at some qualities; the sender's enhancement is made and timed once."""
    pipeline = _pipeline(task.spec, task.options)
    source, reference = task.picture.read(brightened=pipeline.brightens)
    sent = timed(lambda: pipeline.before.enhance(source))
    return [measure(pipeline, source, reference, quality, sent) for quality in task.qualities]


def _warm_up(task: _Task) -> None:
    """Use a pipeline once, so that no time counts what only happens the first time."""
    pipeline = _pipeline(task.spec, task.options)
    source, _ = task.picture.read()
    corner = source[:256, :256]
    pipeline.decode(pipeline.encode(corner, task.qualities[0]))


@lru_cache(maxsize=2)
def _pipeline(spec: str, options: CodecOptions) -> Pipeline:
    return pipeline_of(spec, options)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
