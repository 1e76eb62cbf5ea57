"""Panels of curves as SVG or PNG: the same bytes for the same results."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from llcodec._extras import require
from llcodec._outputs import atomic_write
from llcodec.errors import InputError

LABELS: Final[Mapping[str, str]] = {
    "psnr-rgb": "PSNR, dB",
    "psnr-gt-mean-rgb": "PSNR, mean given, dB",
    "local-psnr": "PSNR, local part, dB",
    "ms-ssim-db-rgb": "MS-SSIM, dB",
}
"""The measures that the figures show, with their labels."""

_PANEL = (4.6, 3.6)  # inches
_DOTS: Final = 110  # per inch, of PNG
_CHANGING: Final = {"svg": ("Date", "Creator"), "png": ("Software",)}
_SETTINGS: Final[Mapping[str, object]] = {
    "svg.hashsalt": "llcodec",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#e3e7eb",
}


@dataclass(frozen=True)
class Line:
    """One curve of a panel: points (bpp, value), and how they are drawn."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    marker: str = "o"
    dashes: str = "-"


@contextmanager
def styled() -> Iterator[None]:
    """Draw with the settings of all figures. Raises InputError if matplotlib is not installed."""
    matplotlib = require("matplotlib", "bench")
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        yield


def new_figure(rows: int, columns: int, size: tuple[float, float] = _PANEL) -> tuple[Any, Any]:
    """Return a figure and its rows×columns panels, each of ``size`` in inches."""
    figure_class = require("matplotlib.figure", "bench").Figure
    figure = figure_class((size[0] * columns, size[1] * rows), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def draw_lines(axes: Any, lines: Sequence[Line], title: str, label: str) -> None:
    """Draw rate–distortion curves into one panel, with a logarithmic axis of rates."""
    ticker = require("matplotlib.ticker", "bench")
    for line in lines:
        rates, values = zip(*line.points, strict=True)
        axes.plot(
            rates, values, line.dashes, color=line.colour, marker=line.marker, label=line.name,
            markersize=4.5, linewidth=1.5,
        )  # fmt: skip
    axes.set_title(title, loc="left", fontsize=9, parse_math=False)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda rate, _: f"{rate:g}"))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.set_xlabel("bits per pixel (all bytes of the files)")
    axes.set_ylabel(label)
    axes.grid(True)
    axes.set_axisbelow(True)


def save(figure: Any, path: Path) -> None:
    """Write a figure; the suffix is its format.

    Raises InputError for other suffixes than .svg and .png, OutputError if it cannot be written.
    """
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in _CHANGING:
        raise InputError(f"{path}: figures are .svg or .png")
    with atomic_write(path) as part:
        figure.savefig(part, format=suffix, dpi=_DOTS, metadata=dict.fromkeys(_CHANGING[suffix]))
