"""A whole benchmark: pipelines over the pictures of a data set, results in a folder."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.extras import missing
from llcodec.bench.machine import machine
from llcodec.bench.once import Once, measure_once
from llcodec.bench.outcome import BenchOutcome
from llcodec.bench.pictures import PictureSet, find_pictures
from llcodec.bench.pipelines import check_names, name_of
from llcodec.bench.presenting import PLOTS, REPORT, present
from llcodec.bench.results import PipelineResult, compare, result_of, write_results
from llcodec.bench.runner import PipelineRun, Progress, RunPlan, run
from llcodec.metrics.perceptual import MetricChoice

_BD_RATES = "bjontegaard"  # what needs it


@dataclass(frozen=True)
class BenchOrder:
    """What is asked for.

    ``dataset`` is a name of the registry, with ``root`` as its folder, or a folder; ``anchor`` the
    pipeline that BD-rates are against, among ``pipelines``. ``metrics`` are measured besides all
    else. Without ``report`` there are no plots either.
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
    report: bool = True
    metrics: tuple[MetricChoice, ...] = ()

    @property
    def kept(self) -> Path:
        """The folder of what need not be measured or made again."""
        return self.out / "measurements"

    @property
    def codec_options(self) -> CodecOptions:
        """What codecs need to know."""
        return CodecOptions(self.vtm, self.kept / "codecs", self.device)


def run_bench(
    order: BenchOrder, progress: Progress, finished: Callable[[PipelineRun], None]
) -> BenchOutcome:
    """Run a benchmark and write its results; what was measured before is not measured again.

    ``finished`` hears of each pipeline. What needs a library that is not installed (BD-rates,
    plots, the report) is left out, and named among the problems of the outcome.
    Raises InputError if there are no pictures or two pipelines would be called alike, OutputError
    if results cannot be written, and before anything is measured what :meth:`MetricChoice.load`
    raises.
    """
    check_names(order.pipelines)
    for choice in order.metrics:
        choice.load()
    pictures = find_pictures(order.dataset, order.root, order.split, order.limit)
    runs = []
    for done in run(_plan(order, pictures), progress):
        finished(done)
        runs.append(done)
    outcome = _outcome(order, pictures, runs, progress)
    write_results(outcome.results, outcome.comparisons, outcome.meta, order.out)
    if not order.report:
        return outcome
    return replace(outcome, report=present(outcome, order.out, order.kept, progress))


def _plan(order: BenchOrder, pictures: PictureSet) -> RunPlan:
    return RunPlan(
        order.pipelines,
        pictures.pictures,
        order.kept / "scores",
        order.codec_options,
        order.qualities,
        order.jobs,
        order.metrics,
    )


def _outcome(
    order: BenchOrder, pictures: PictureSet, runs: Sequence[PipelineRun], progress: Progress
) -> BenchOutcome:
    """Measure what is measured once of each pipeline, and compare them all."""
    once, problems = measure_once(
        runs, pictures.pictures, order.codec_options, order.kept, progress
    )
    results = tuple(_result(done, once[done.name]) for done in runs if done.failure is None)
    anchor = name_of(order.anchor) if order.anchor else usual_anchor(results)
    meta = {
        "dataset": pictures.name,
        "split": pictures.split,
        "pictures": len(pictures.pictures),
        "references": pictures.references,
        "anchor": anchor,
        "command": _told(order, pictures),
        "jobs": order.jobs,
        "machine": machine(),
    }
    if order.metrics:
        meta["metrics"] = {choice.name: choice.load().record() for choice in order.metrics}
    comparisons = () if missing(_BD_RATES) else tuple(compare(results, anchor))
    return BenchOutcome(
        pictures, tuple(runs), results, comparisons, meta, (*problems, *_left_out(order))
    )


def _result(done: PipelineRun, once: Once) -> PipelineResult:
    return result_of(done, once.memory, once.complexities)


def _left_out(order: BenchOrder) -> Iterator[str]:
    """Yield a line if libraries are not installed, with what there will not be without them."""
    uses = {_BD_RATES: "BD-rates"}
    if order.report:
        uses |= {PLOTS: "plots", REPORT: "report"}
    absent = missing(*uses)
    if absent:
        without = " and no ".join(uses[name] for name in absent)
        yield f'no {without} without {", ".join(absent)}: pip install "llcodec[bench]"'


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


def _told(order: BenchOrder, pictures: PictureSet) -> str:
    """Return the command, with the names of folders and not where they lie."""
    words = ["llc bench --dataset", pictures.name, "--split", pictures.split]
    words.append(f"--pipelines {shlex.quote(','.join(order.pipelines))}")
    if order.qualities:
        words.append(f"--qualities {','.join(f'{q:g}' for q in order.qualities)}")
    if order.limit is not None:
        words.append(f"--limit {order.limit}")
    if order.anchor is not None:
        words.append(f"--anchor {shlex.quote(order.anchor)}")
    if order.metrics:
        words.append(f"--metrics {shlex.quote(','.join(map(str, order.metrics)))}")
    return " ".join(words)
