"""Run a benchmark: pipelines over the pictures of a data set, results in a folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from llcodec._extras import install, missing
from llcodec.bench.machine import conditions_here, machine, threads_of
from llcodec.bench.options import BenchOptions, command_of
from llcodec.bench.per_pipeline import measure_per_pipeline
from llcodec.bench.pictures import PictureSet, find_pictures
from llcodec.bench.pipelines import name_of
from llcodec.bench.report.writing import PLOTS, REPORT, indices_to_show, present
from llcodec.bench.results import (
    BenchResult,
    PipelineResult,
    compare,
    other_results,
    remove_results,
    result_of,
    write_results,
)
from llcodec.bench.runner import PipelineRun, Progress, RunPlan, run

_BD_RATES = "bjontegaard"  # the library that BD-rates need


def run_bench(
    options: BenchOptions, progress: Progress, finished: Callable[[PipelineRun], None]
) -> BenchResult:
    """Run a benchmark and write its results, without repeating cached measurements.

    BD-rates, plots or the report are left out if their library is not installed; the result lists
    this among its problems. Earlier results of a pipeline that now fails are removed.

    Args:
        options: what to run.
        progress: called as pictures are finished.
        finished: called with each pipeline that is finished.

    Raises:
        InputError: before anything is measured, if there are no pictures, or a picture to show does
            not exist; also for the reasons of :meth:`BenchOptions.check` and
            :meth:`MetricChoice.load`.
        OutputError: if results cannot be written.
    """
    options.check()
    for choice in options.metrics:
        choice.load()
    pictures = find_pictures(options.dataset, options.root, options.split, options.limit)
    shown = indices_to_show(pictures, options.show)
    runs = []
    for done in run(_plan(options, pictures), progress):
        finished(done)
        runs.append(done)
    result = _result(options, pictures, runs, progress)
    remove_results(options.out, [failed.name for failed in result.failures])
    write_results(result.results, result.comparisons, result.meta, options.out)
    result = replace(result, notes=tuple(_notes(options, result.results)))
    if not options.report:
        return result
    return replace(result, report=present(result, options.out, options.cache, shown, progress))


def _plan(options: BenchOptions, pictures: PictureSet) -> RunPlan:
    return RunPlan(
        options.pipelines,
        pictures.pictures,
        options.cache / "scores",
        options.codec_options,
        options.qualities,
        options.metrics,
    )


def _result(
    options: BenchOptions, pictures: PictureSet, runs: Sequence[PipelineRun], progress: Progress
) -> BenchResult:
    """Measure memory and complexity of each pipeline, and compare the pipelines."""
    measured, problems = measure_per_pipeline(
        runs, pictures.pictures, options.codec_options, options.cache, progress
    )
    results = tuple(
        result_of(done, measured[done.name].memory, measured[done.name].complexities)
        for done in runs
        if done.failure is None
    )
    anchor = name_of(options.anchor) if options.anchor else usual_anchor(results)
    comparisons = () if missing(_BD_RATES) else tuple(compare(results, anchor))
    return BenchResult(
        pictures,
        tuple(runs),
        results,
        comparisons,
        _meta(options, pictures, anchor),
        (*problems, *_left_out(options)),
    )


def _meta(options: BenchOptions, pictures: PictureSet, anchor: str) -> dict[str, Any]:
    """Return the metadata of all results; ``machine`` is that of this run."""
    meta = {
        "dataset": pictures.name,
        "split": pictures.split,
        "pictures": len(pictures.pictures),
        "references": pictures.references,
        "anchor": anchor,
        "command": command_of(options, pictures),
        "jobs": options.jobs,
        "machine": machine() | {"threads": threads_of(options.jobs)},
    }
    if options.metrics:
        meta["metrics"] = {choice.name: choice.load().record() for choice in options.metrics}
    return meta


def _notes(options: BenchOptions, results: Sequence[PipelineResult]) -> Iterator[str]:
    """Yield a line if times are from other conditions, and one if files are from other runs."""
    here = conditions_here(options.jobs)
    differ = [r.name for r in results if not all(here.comparable(one) for one in r.conditions)]
    if differ:
        yield (
            f"times measured under other conditions, which the results list: {', '.join(differ)} "
            f"(to measure them again, remove {options.cache})"
        )
    others = other_results(options.out, [result.name for result in results])
    if others:
        yield f"files of other runs in {options.out}: {', '.join(others)}"


def _left_out(options: BenchOptions) -> Iterator[str]:
    """Yield a line that says what is left out because libraries are not installed."""
    uses = {_BD_RATES: "BD-rates"}
    if options.report:
        uses |= {PLOTS: "plots", REPORT: "report"}
    absent = missing(*uses)
    if absent:
        without = " and no ".join(uses[name] for name in absent)
        yield f"no {without} without {', '.join(absent)}: {install('bench')}"


def usual_anchor(results: Sequence[PipelineResult]) -> str:
    """Return the name of the default anchor: the first pipeline with AVIF, or else the first.

    Pipelines whose PSNR rises with the rate come before all others, because only those have
    BD-rates: with a noisy enhancer, more bits can mean less PSNR. Empty if there are no results.
    """

    def rank(result: PipelineResult) -> tuple[bool, bool]:
        curve = result.curve("psnr-rgb")
        rises = curve is not None and curve.rising is not None
        return not rises, result.record["codec"]["name"] != "avif"

    return min(results, key=rank).name if results else ""
