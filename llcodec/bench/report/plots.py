"""Rate-distortion plots as PNG and SVG: the same bytes for the same results."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from llcodec._extras import require
from llcodec._outputs import atomic_write
from llcodec.bench.report.charts import PLOTTED, Measure, drawn_measures, points, wants_log_axis
from llcodec.bench.report.styles import FAMILIES, Style, pipeline_styles
from llcodec.bench.results import PipelineResult

FORMATS = ("png", "svg")
_INCHES: Final = (9.2, 5.4)
_DOTS: Final = 130  # per inch, of PNG
_LONGEST: Final = 34  # characters of a name in the legend
_MARKERS: Mapping[str, str] = MappingProxyType(
    {
        "circle": "o",
        "square": "s",
        "triangle": "^",
        "diamond": "D",
        "pentagon": "p",
        "plus": "P",
        "cross": "X",
        "triangle-down": "v",
        "hexagon": "h",
        "star": "*",
    }
)
_SETTINGS: Mapping[str, object] = MappingProxyType(
    {
        "svg.hashsalt": "llcodec",  # random otherwise
        "svg.fonttype": "path",  # looks the same without the font
        "font.family": "DejaVu Sans",  # ships with matplotlib
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#5d6670",
        "grid.color": "#e3e7eb",
        "grid.linewidth": 0.8,
    }
)


def write_plots(results: Sequence[PipelineResult], out: Path, title: str) -> list[Path]:
    """Write ``out``/rd-MEASURE.png and .svg: each of ``PLOTTED`` against bpp.

    Measures without a value are left out. Returns the paths that were written. Raises OutputError,
    and InputError if matplotlib is not installed.
    """
    paths = []
    for measure in drawn_measures(results, PLOTTED):
        figure = draw(results, measure, title)
        for suffix in FORMATS:
            name = re.sub(r"[^a-z0-9]+", "-", measure.title.lower()).strip("-")
            path = out / f"rd-{name}.{suffix}"
            _save(figure, path, suffix)
            paths.append(path)
    return paths


def draw(results: Sequence[PipelineResult], measure: Measure, title: str) -> Any:
    """Return matplotlib's figure of one measure against bpp.

    Raises InputError if matplotlib is not installed.
    """
    matplotlib = require("matplotlib", "bench")
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        # Not pyplot, which would choose a GUI backend and hold on to every figure.
        figure = require("matplotlib.figure", "bench").Figure(_INCHES, layout="constrained")
        axes = figure.add_subplot()
        styles = pipeline_styles(results)
        for result in results:
            line = _line(result.name, styles[result.name])
            drawn = points(result, measure.column)
            line.set_data([p.bpp for p in drawn], [p.value for p in drawn])
            axes.add_line(line)
        axes.autoscale_view()
        axes.set_title(title, loc="left", fontsize=10, parse_math=False)
        axes.set_ylabel(measure.label)
        axes.grid(True)
        axes.set_axisbelow(True)
        _rate_axis(axes, results)
        _legend(figure, styles)
    return figure


def _rate_axis(axes: Any, results: Sequence[PipelineResult]) -> None:
    axes.set_xlabel("bits per pixel (all bytes of the files)")
    if not wants_log_axis(results):
        axes.set_xlim(left=0)
        return
    ticker = require("matplotlib.ticker", "bench")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda rate, _: f"{rate:g}"))
    axes.xaxis.set_minor_locator(ticker.NullLocator())


def _legend(figure: Any, styles: Mapping[str, Style]) -> None:
    """List all pipelines on the right, grouped by family."""
    nothing = require("matplotlib.lines", "bench").Line2D([], [], linestyle="none")
    handles: list[Any] = []
    labels: list[str] = []
    headings: list[int] = []
    for order, family in FAMILIES.items():
        members = [name for name, style in styles.items() if style.family == order]
        if members:
            headings.append(len(labels))
            handles += [nothing, *(_line(name, styles[name]) for name in members)]
            labels += [family.title, *map(_shortened, members)]
    legend = figure.legend(
        handles, labels, loc="outside right upper", frameon=False, fontsize=7.5, handlelength=3.6
    )
    for number, text in enumerate(legend.get_texts()):
        text.set_parse_math(False)
        if number in headings:
            text.set_fontweight("bold")


def _line(name: str, style: Style) -> Any:
    family = FAMILIES[style.family]
    colour = family.light[style.shade]
    line = require("matplotlib.lines", "bench").Line2D(
        [],
        [],
        color=colour,
        linewidth=family.width,
        marker=_MARKERS[style.shape],
        markersize=8.5 if style.shape == "star" else 5.5,
        markerfacecolor=colour if family.filled else "white",
        markeredgewidth=1.1,
        gid=f"pipeline-{name}",
    )
    if style.dashes:
        line.set_dashes([length / family.width for length in style.dashes])
    return line


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST // 2]}…{name[1 - _LONGEST // 2 :]}"


def _save(figure: Any, path: Path, suffix: str) -> None:
    matplotlib = require("matplotlib", "bench")
    # Metadata that would change from day to day, or with the version of matplotlib.
    changing = {"svg": ("Date", "Creator"), "png": ("Software",)}[suffix]
    with (
        matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}),
        atomic_write(path) as partial,
    ):
        figure.savefig(partial, format=suffix, dpi=_DOTS, metadata=dict.fromkeys(changing))
