"""A whole benchmark: pipelines over the pictures of a data set, results in a folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from llcodec._extras import install, missing
from llcodec.bench.conditions import conditions_here
from llcodec.bench.leftovers import other_results, remove_results
from llcodec.bench.machine import machine
from llcodec.bench.once import measure_once
from llcodec.bench.order import BenchOrder, command_of
from llcodec.bench.outcome import BenchOutcome
from llcodec.bench.pictures import PictureSet, find_pictures
from llcodec.bench.pipelines import name_of
from llcodec.bench.presenting import PLOTS, REPORT, places_to_show, present
from llcodec.bench.results import PipelineResult, compare, result_of, write_results
from llcodec.bench.runner import PipelineRun, Progress, RunPlan, run
from llcodec.bench.workers import threads_of

_BD_RATES = "bjontegaard"  # what needs it


def run_bench(
    order: BenchOrder, progress: Progress, finished: Callable[[PipelineRun], None]
) -> BenchOutcome:
    """Run a benchmark and write its results; what was measured before is not measured again.

    ``finished`` hears of each pipeline. What needs a library that is not installed (BD-rates,
    plots, the report) is left out, and named among the problems of the outcome. Earlier results of
    a pipeline that fails now are removed.
    Raises InputError before anything is measured if there are no pictures, or not those to be
    shown, and as :meth:`BenchOrder.check` and :meth:`MetricChoice.load` do; OutputError if results
    cannot be written.
    """
    order.check()
    for choice in order.metrics:
        choice.load()
    pictures = find_pictures(order.dataset, order.root, order.split, order.limit)
    shown = places_to_show(pictures, order.show)
    runs = []
    for done in run(_plan(order, pictures), progress):
        finished(done)
        runs.append(done)
    outcome = _outcome(order, pictures, runs, progress)
    remove_results(order.out, [failed.name for failed in outcome.failures])
    write_results(outcome.results, outcome.comparisons, outcome.meta, order.out)
    outcome = replace(outcome, notes=tuple(_notes(order, outcome.results)))
    if not order.report:
        return outcome
    return replace(outcome, report=present(outcome, order.out, order.kept, shown, progress))


def _plan(order: BenchOrder, pictures: PictureSet) -> RunPlan:
    return RunPlan(
        order.pipelines,
        pictures.pictures,
        order.kept / "scores",
        order.codec_options,
        order.qualities,
        order.metrics,
    )


def _outcome(
    order: BenchOrder, pictures: PictureSet, runs: Sequence[PipelineRun], progress: Progress
) -> BenchOutcome:
    """Measure what is measured once of each pipeline, and compare them all."""
    once, problems = measure_once(
        runs, pictures.pictures, order.codec_options, order.kept, progress
    )
    results = tuple(
        result_of(done, once[done.name].memory, once[done.name].complexities)
        for done in runs
        if done.failure is None
    )
    anchor = name_of(order.anchor) if order.anchor else usual_anchor(results)
    comparisons = () if missing(_BD_RATES) else tuple(compare(results, anchor))
    return BenchOutcome(
        pictures,
        tuple(runs),
        results,
        comparisons,
        _meta(order, pictures, anchor),
        (*problems, *_left_out(order)),
    )


def _meta(order: BenchOrder, pictures: PictureSet, anchor: str) -> dict[str, Any]:
    """Return what all results share; ``machine`` is that of this run."""
    meta = {
        "dataset": pictures.name,
        "split": pictures.split,
        "pictures": len(pictures.pictures),
        "references": pictures.references,
        "anchor": anchor,
        "command": command_of(order, pictures),
        "jobs": order.jobs,
        "machine": machine() | {"threads": threads_of(order.jobs)},
    }
    if order.metrics:
        meta["metrics"] = {choice.name: choice.load().record() for choice in order.metrics}
    return meta


def _notes(order: BenchOrder, results: Sequence[PipelineResult]) -> Iterator[str]:
    """Yield a line if times are not of this run's conditions, and one if files are not its own."""
    here = conditions_here(order.jobs)
    apart = [r.name for r in results if not all(here.alike(one) for one in r.conditions)]
    if apart:
        yield (
            f"times from other conditions, which stand beside them: {', '.join(apart)} "
            f"(to measure them anew, remove {order.kept})"
        )
    others = other_results(order.out, [result.name for result in results])
    if others:
        yield f"not of this run, in {order.out}: {', '.join(others)}"


def _left_out(order: BenchOrder) -> Iterator[str]:
    """Yield a line if libraries are not installed, with what there will not be without them."""
    uses = {_BD_RATES: "BD-rates"}
    if order.report:
        uses |= {PLOTS: "plots", REPORT: "report"}
    absent = missing(*uses)
    if absent:
        without = " and no ".join(uses[name] for name in absent)
        yield f"no {without} without {', '.join(absent)}: {install('bench')}"


def usual_anchor(results: Sequence[PipelineResult]) -> str:
    """Return the name of what others are compared with: the first with AVIF, else the first.

    One whose PSNR rises with its rate goes before all others, as only those have BD-rates (with a
    noisy enhancer, more bits can mean less PSNR). Empty without results.
    """

    def rank(result: PipelineResult) -> tuple[bool, bool]:
        curve = result.curve("psnr-rgb")
        rises = curve is not None and curve.rising is not None
        return not rises, result.record["codec"]["name"] != "avif"

    return min(results, key=rank).name if results else ""
