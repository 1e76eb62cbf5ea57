"""Plots and a report of finished results."""

from pathlib import Path

from llcodec.bench.extras import missing
from llcodec.bench.outcome import BenchOutcome
from llcodec.bench.runner import Progress
from llcodec.bench.showcase import Showcase, common_rate, evenly, show

PLOTS, REPORT = "matplotlib", "jinja2"  # what needs them
_SHOWN = 3  # pictures


def present(outcome: BenchOutcome, out: Path, kept: Path, progress: Progress) -> Path | None:
    """Write plots and ``out``/report.html; return the path of the latter.

    ``kept`` is a folder of what need not be made again. What has no library installed is left out;
    None where that is the report. ``progress`` hears of the pictures that are made for it.
    Raises OutputError.
    """
    if not missing(PLOTS):
        from llcodec.bench.plots import write_plots

        write_plots(outcome.results, out, title_of(outcome))
    return None if missing(REPORT) else _report(outcome, out, kept, progress)


def title_of(outcome: BenchOutcome) -> str:
    """Return what stands above plots."""
    pictures = outcome.pictures
    count = len(pictures.pictures)
    return f"{pictures.name} {pictures.split}, {count} picture{'' if count == 1 else 's'}"


def _report(outcome: BenchOutcome, out: Path, kept: Path, progress: Progress) -> Path:
    from llcodec.bench.pipeline_complexity import figure_5
    from llcodec.bench.report import write_report

    known = [result.complexity for result in outcome.results if result.complexity is not None]
    machine = dict(outcome.meta["machine"])
    return write_report(
        out,
        outcome.results,
        outcome.comparisons,
        outcome.failures,
        _showcase(outcome, kept / "shown", progress),
        figure_5(known, kept / "complexity"),
        {**outcome.meta, "date": machine.pop("date"), "machine": machine},
    )


def _showcase(outcome: BenchOutcome, folder: Path, progress: Progress) -> Showcase | None:
    rate = common_rate(outcome.results)
    if rate is None:
        return None
    pictures = outcome.pictures.pictures
    chosen = evenly(len(pictures), _SHOWN)
    return show(
        outcome.runs,
        pictures,
        chosen,
        rate,
        folder,
        lambda done, total: progress("before and after", done, total),
    )
