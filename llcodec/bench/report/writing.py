"""Writing the report of a benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from llcodec._outputs import written
from llcodec._version import __version__
from llcodec.bench.complexity import Complexity
from llcodec.bench.looks import looks
from llcodec.bench.report.bars import bars
from llcodec.bench.report.curve_data import curve_data
from llcodec.bench.report.facts import commands, facts, parts, times
from llcodec.bench.report.page import render
from llcodec.bench.report.sliders import Sliders, sliders
from llcodec.bench.report.tables import COLUMNS, comparison_rows, number_rows
from llcodec.bench.results import Comparison, PipelineResult
from llcodec.bench.runner import PipelineRun
from llcodec.bench.showcase import Showcase

NAME: Final = "report.html"
PICTURE_LIMIT: Final = 2_500_000  # characters; the rest of a report takes at most half a million


def write_report(
    out: Path,
    results: Sequence[PipelineResult],
    comparisons: Sequence[Comparison],
    failed: Sequence[PipelineRun],
    showcase: Showcase | None,
    complexity: Sequence[Complexity],
    meta: Mapping[str, Any],
) -> Path:
    """Write ``out``/report.html, a page that needs neither network nor other files.

    Args:
        out: a folder, made if need be.
        results: of the pipelines that did not fail.
        comparisons: theirs with the anchor; may be empty.
        failed: the runs that did, with their reasons.
        showcase: pictures for the sliders; None leaves them out.
        complexity: for the bars; empty leaves them out.
        meta: what the results share. ``dataset``, ``split``, ``anchor`` and ``date`` stand in the
            heading, ``command`` or ``commands`` as they are typed; all else is listed, mappings
            such as ``machine`` and ``versions`` under their own names.

    Returns its path. Raises OutputError; InputError if Jinja is not installed, or a picture of the
    showcase is not there any more.
    """
    anchor = meta.get("anchor")
    shown = sliders(showcase, results, comparisons, PICTURE_LIMIT)
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
    data = curve_data(results, looks(results)) | {"pictures": _picture_data(shown)}
    text = render(content, data)
    path = out / NAME
    with written(path) as part:
        # Names of files need not be Unicode: what is not becomes a question mark.
        part.write_text(text, "utf-8", errors="replace", newline="\n")
    return path


def _picture_data(shown: Sliders | None) -> list[dict[str, Any]]:
    if shown is None:
        return []
    return [
        {"title": one.title, "versions": [[v.src, v.note] for v in one.versions]}
        for one in shown.pictures
    ]
