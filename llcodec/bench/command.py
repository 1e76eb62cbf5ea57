"""A whole benchmark: pipelines over the pictures of a data set, results in a folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.machine import machine
from llcodec.bench.pictures import PictureSet, find_pictures
from llcodec.bench.pipelines import name_of
from llcodec.bench.results import Comparison, PipelineResult, compare, result_of, write_results
from llcodec.bench.runner import PipelineRun, Progress, RunPlan, run

_KEPT = "measurements"  # the folder, among the results, of what need not be measured again


@dataclass(frozen=True)
class BenchOrder:
    """What is asked for.

    ``dataset`` is a name of the registry, with ``root`` as its folder, or a folder; ``anchor`` the
    pipeline that BD-rates are against, among ``pipelines``.
    """

    dataset: str
    pipelines: Sequence[str]
    out: Path
    root: Path | None = None
    split: str | None = None
    qualities: tuple[float, ...] | None = None
    limit: int | None = None
    anchor: str | None = None
    jobs: int = 1
    vtm: Path | None = None
    device: str = "cpu"


@dataclass(frozen=True)
class BenchOutcome:
    """What came of it: results, comparisons with the anchor, and what failed and why."""

    pictures: PictureSet
    results: tuple[PipelineResult, ...]
    comparisons: tuple[Comparison, ...]
    failures: tuple[PipelineRun, ...]
    meta: dict[str, Any]


def run_bench(
    order: BenchOrder, progress: Progress, finished: Callable[[PipelineRun], None]
) -> BenchOutcome:
    """Run a benchmark and write its results; what was measured before is not measured again.

    ``finished`` hears of each pipeline. Raises InputError if there are no pictures, OutputError
    if results cannot be written.
    """
    pictures = find_pictures(order.dataset, order.root, order.split, order.limit)
    options = CodecOptions(order.vtm, order.out / _KEPT / "codecs", order.device)
    plan = RunPlan(
        order.pipelines,
        pictures.pictures,
        order.out / _KEPT / "scores",
        options,
        order.qualities,
        order.jobs,
    )
    runs = []
    for done in run(plan, progress):
        finished(done)
        runs.append(done)
    results = tuple(result_of(done) for done in runs if done.failure is None)
    anchor = name_of(order.anchor) if order.anchor else _first_of("avif", results)
    comparisons = tuple(compare(results, anchor))
    meta = {
        "dataset": pictures.name,
        "split": pictures.split,
        "pictures": len(pictures.pictures),
        "anchor": anchor,
        "command": _told(order, pictures),
        "jobs": order.jobs,
        "machine": machine(),
    }
    write_results(results, comparisons, meta, order.out)
    failures = tuple(done for done in runs if done.failure is not None)
    return BenchOutcome(pictures, results, comparisons, failures, meta)


def _first_of(codec: str, results: Sequence[PipelineResult]) -> str:
    """Return the name of the first result with a codec, else that of the first; none, nothing."""
    names = [result.name for result in results if result.record["codec"]["name"] == codec]
    return next(iter([*names, *(result.name for result in results)]), "")


def _told(order: BenchOrder, pictures: PictureSet) -> str:
    """Return the command, with the names of folders and not where they lie."""
    words = ["llc bench --dataset", pictures.name, "--split", pictures.split]
    words += [f"--pipelines {spec}" for spec in order.pipelines]
    if order.qualities:
        words.append(f"--qualities {','.join(f'{q:g}' for q in order.qualities)}")
    if order.limit is not None:
        words.append(f"--limit {order.limit}")
    return " ".join(words)
