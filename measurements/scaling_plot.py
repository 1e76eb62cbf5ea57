"""Plot time and peak memory against pixels, as PNG: the same bytes for the same figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from llcodec._extras import require
from llcodec._outputs import atomic_write

_SIDES: Final = (("encode", "#b4531f", "o"), ("decode", "#1f6fb4", "s"))
_PANELS: Final = (("seconds", "seconds"), ("peak_mb", "peak memory, MB"))
_SETTINGS: Final[Mapping[str, object]] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e3e7eb",
}


def write_plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw both processes against megapixels, with a line of linear growth for the seconds.

    Raises InputError if matplotlib is not installed, OutputError if the file cannot be written.
    """
    matplotlib = require("matplotlib", "bench")
    figure_class = require("matplotlib.figure", "bench").Figure
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        figure = figure_class((9.2, 4.2), layout="constrained")
        for axes, (key, label) in zip(figure.subplots(1, 2), _PANELS, strict=True):
            _draw(axes, rows, key, label)
        with atomic_write(path) as part:
            figure.savefig(part, format="png", dpi=130, metadata={"Software": None})


def _draw(axes: Any, rows: Sequence[Mapping[str, Any]], key: str, label: str) -> None:
    sizes = [row["width"] * row["height"] / 1e6 for row in rows]
    for side, colour, marker in _SIDES:
        values = [row[side][key] for row in rows]
        axes.plot(sizes, values, color=colour, marker=marker, markersize=5, label=f"llc {side}")
    if key == "seconds" and rows:
        last = max(row["encode"][key] for row in rows)
        line = [last * size / sizes[-1] for size in sizes]
        axes.plot(sizes, line, color="#8a929b", linestyle=":", label="linear")
    axes.set_xscale("log")
    _plain_ticks(axes.xaxis)
    if key == "seconds":
        axes.set_yscale("log")
        _plain_ticks(axes.yaxis)
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel("megapixels")
    axes.set_ylabel(label)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.legend(frameon=False)


def _plain_ticks(axis: Any) -> None:
    """Mark 1, 2 and 5 of each power of ten, in plain numbers."""
    ticker = require("matplotlib.ticker", "bench")
    axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(ticker.NullLocator())
