"""Plots and a report of finished results."""

from collections.abc import Sequence
from pathlib import Path

from llcodec._extras import missing
from llcodec.bench.outcome import BenchOutcome
from llcodec.bench.pictures import PictureSet
from llcodec.bench.runner import Progress
from llcodec.bench.showcase import Showcase, common_rate, evenly, show
from llcodec.errors import InputError

PLOTS, REPORT = "matplotlib", "jinja2"  # what needs them
_SHOWN = 3  # pictures
_NAMED = 5  # ids, in an error


def places_to_show(pictures: PictureSet, ids: Sequence[str]) -> tuple[int, ...]:
    """Return the places of pictures by their ids; without ids, of three that are evenly spread.

    Raises InputError if the set has no picture of one of the ids.
    """
    if not ids:
        return evenly(len(pictures.pictures), _SHOWN)
    places = {picture.id: place for place, picture in enumerate(pictures.pictures)}
    unknown = [wanted for wanted in ids if wanted not in places]
    if unknown:
        known = ", ".join([*places][:_NAMED]) + (", …" if len(places) > _NAMED else "")
        raise InputError(
            f"no picture {unknown[0]!r} to show in {pictures.name} {pictures.split}: {known}"
        )
    return tuple(places[wanted] for wanted in dict.fromkeys(ids))


def present(
    outcome: BenchOutcome, out: Path, kept: Path, shown: Sequence[int], progress: Progress
) -> Path | None:
    """Write plots and ``out``/report.html; return the path of the latter.

    ``kept`` is a folder of what need not be made again, ``shown`` are the places of the pictures in
    the report. What has no library installed is left out; None where that is the report.
    ``progress`` hears of the pictures that are made for it. Raises OutputError.
    """
    if not missing(PLOTS):
        from llcodec.bench.plots import write_plots

        write_plots(outcome.results, out, title_of(outcome))
    return None if missing(REPORT) else _report(outcome, out, kept, shown, progress)


def title_of(outcome: BenchOutcome) -> str:
    """Return what stands above plots."""
    pictures = outcome.pictures
    count = len(pictures.pictures)
    return f"{pictures.name} {pictures.split}, {count} picture{'' if count == 1 else 's'}"


def _report(
    outcome: BenchOutcome, out: Path, kept: Path, shown: Sequence[int], progress: Progress
) -> Path:
    from llcodec.bench.pipeline_complexity import figure_5
    from llcodec.bench.report import write_report

    known = [result.complexity for result in outcome.results if result.complexity is not None]
    machine = dict(outcome.meta["machine"])
    return write_report(
        out,
        outcome.results,
        outcome.comparisons,
        outcome.failures,
        _showcase(outcome, kept / "shown", shown, progress),
        figure_5(known, kept / "complexity"),
        {**outcome.meta, "date": machine.pop("date"), "machine": machine},
    )


def _showcase(
    outcome: BenchOutcome, folder: Path, shown: Sequence[int], progress: Progress
) -> Showcase | None:
    rate = common_rate(outcome.results)
    if rate is None:
        return None
    return show(
        outcome.runs,
        outcome.pictures.pictures,
        shown,
        rate,
        folder,
        lambda done, total: progress("before and after", done, total),
    )
