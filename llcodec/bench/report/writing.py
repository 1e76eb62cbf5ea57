"""Write the plots and the report of a benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from llcodec._extras import missing
from llcodec._outputs import atomic_write
from llcodec._version import __version__
from llcodec.bench.complexity import Complexity
from llcodec.bench.per_pipeline import figure_5
from llcodec.bench.pictures import PictureSet
from llcodec.bench.report.charts import bars, curve_data
from llcodec.bench.report.page import render
from llcodec.bench.report.plots import write_plots
from llcodec.bench.report.samples import Samples, common_rate, make_samples, spread_indices
from llcodec.bench.report.sliders import Sliders, sliders
from llcodec.bench.report.styles import pipeline_styles
from llcodec.bench.report.tables import (
    COLUMNS,
    commands,
    comparison_rows,
    facts,
    number_rows,
    parts,
    times,
)
from llcodec.bench.results import BenchResult, Comparison, PipelineResult
from llcodec.bench.runner import PipelineRun, Progress
from llcodec.errors import InputError

NAME: Final = "report.html"
PICTURE_LIMIT: Final = 2_500_000  # characters; everything else takes at most half a million
PLOTS, REPORT = "matplotlib", "jinja2"  # the libraries that they need
_SHOWN = 3  # pictures
_NAMED = 5  # ids, in an error


def indices_to_show(pictures: PictureSet, ids: Sequence[str]) -> tuple[int, ...]:
    """Return the indices of the pictures with these ids; without ids, of three, evenly spaced.

    Raises InputError if no picture of the set has one of the ids.
    """
    if not ids:
        return spread_indices(len(pictures.pictures), _SHOWN)
    indices = {picture.id: index for index, picture in enumerate(pictures.pictures)}
    unknown = [wanted for wanted in ids if wanted not in indices]
    if unknown:
        known = ", ".join([*indices][:_NAMED]) + (", …" if len(indices) > _NAMED else "")
        raise InputError(
            f"no picture {unknown[0]!r} to show in {pictures.name} {pictures.split}: {known}"
        )
    return tuple(indices[wanted] for wanted in dict.fromkeys(ids))


def present(
    result: BenchResult, out: Path, cache: Path, shown: Sequence[int], progress: Progress
) -> Path | None:
    """Write plots and ``out``/report.html, if the libraries for them are installed.

    Args:
        result: of a benchmark.
        out: the folder of its results.
        cache: the folder of cached results.
        shown: indices of the pictures to show.
        progress: called as samples are finished.

    Returns:
        The path of the report, or None if it was not written.

    Raises:
        OutputError: if a file cannot be written.
    """
    if not missing(PLOTS):
        write_plots(result.results, out, title_of(result))
    return None if missing(REPORT) else _report(result, out, cache, shown, progress)


def title_of(result: BenchResult) -> str:
    """Return the title of plots."""
    pictures = result.pictures
    count = len(pictures.pictures)
    return f"{pictures.name} {pictures.split}, {count} picture{'' if count == 1 else 's'}"


def _report(
    result: BenchResult, out: Path, cache: Path, shown: Sequence[int], progress: Progress
) -> Path:
    known = [result.complexity for result in result.results if result.complexity is not None]
    machine = dict(result.meta["machine"])
    return write_report(
        out,
        result.results,
        result.comparisons,
        result.failures,
        _samples(result, cache / "shown", shown, progress),
        figure_5(known, cache / "complexity"),
        {**result.meta, "date": machine.pop("date"), "machine": machine},
    )


def _samples(
    result: BenchResult, folder: Path, shown: Sequence[int], progress: Progress
) -> Samples | None:
    rate = common_rate(result.results)
    if rate is None:
        return None
    return make_samples(
        result.runs,
        result.pictures.pictures,
        shown,
        rate,
        folder,
        lambda done, total: progress("before and after", done, total),
    )


def write_report(
    out: Path,
    results: Sequence[PipelineResult],
    comparisons: Sequence[Comparison],
    failed: Sequence[PipelineRun],
    samples: Samples | None,
    complexity: Sequence[Complexity],
    meta: Mapping[str, Any],
) -> Path:
    """Write ``out``/report.html, a page that needs neither the network nor other files.

    Args:
        out: a folder; it is created if it does not exist.
        results: of the pipelines that did not fail.
        comparisons: of these results with the anchor; may be empty.
        failed: the runs that failed, with their reasons.
        samples: pictures for the sliders; None leaves the sliders out.
        complexity: for the bars; empty leaves the bars out.
        meta: what the results share. ``dataset``, ``split``, ``anchor`` and ``date`` are shown in
            the heading, ``command`` or ``commands`` as they are typed. Everything else is listed,
            mappings such as ``machine`` and ``versions`` under their own names.

    Returns:
        The path of the report.

    Raises:
        OutputError: if it cannot be written.
        InputError: if Jinja is not installed, or a picture of the samples no longer exists.
    """
    anchor = meta.get("anchor")
    shown = sliders(samples, results, comparisons, PICTURE_LIMIT)
    headings, numbers = number_rows(results)
    measured = times(results)
    content = {
        "title": " ".join(str(meta[name]) for name in ("dataset", "split") if meta.get(name)),
        "version": __version__,
        "date": meta.get("date"),
        "anchor": anchor if any(c.name == anchor for c in comparisons) else None,
        "results": results,
        "columns": COLUMNS,
        "rows": comparison_rows(results, comparisons, anchor),
        "number_headings": headings,
        "number_rows": numbers,
        "failed": [run for run in failed if run.failure is not None],
        "sliders": shown,
        "bars": bars(complexity),
        "commands": commands(meta),
        "facts": (*facts(meta), *measured),
        "times_differ": any(len(group.rows) > 1 for group in measured),
        "parts": parts(results),
    }
    data = curve_data(results, pipeline_styles(results)) | {"pictures": _picture_data(shown)}
    text = render(content, data)
    path = out / NAME
    with atomic_write(path) as partial:
        # File names need not be valid Unicode; invalid characters become question marks.
        partial.write_text(text, "utf-8", errors="replace", newline="\n")
    return path


def _picture_data(shown: Sliders | None) -> list[dict[str, Any]]:
    if shown is None:
        return []
    return [
        {"title": one.title, "versions": [[v.src, v.note] for v in one.versions]}
        for one in shown.pictures
    ]
