"""The data of charts: measures against rate, and complexity as in Figure 5 of Joint-IC-LL."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from llcodec.bench.complexity import MEASURED, Complexity, Stage
from llcodec.bench.report.styles import FAMILIES, Style
from llcodec.bench.results import PipelineResult

_LOG_FROM = 16.0  # highest rate over lowest; beyond it, a linear axis crowds the low rates


@dataclass(frozen=True)
class Measure:
    """A column of results that can be plotted against bpp.

    Attributes:
        column: its name in the JSON files.
        title: its name for people.
        unit: of its values; empty if they have none.
        better: whether higher or lower values are better.
        digits: how many to show after the decimal point.
    """

    column: str
    title: str
    unit: str
    better: Literal["higher", "lower"]
    digits: int

    @property
    def label(self) -> str:
        """Title and unit, and the direction if lower is better."""
        unit = f" [{self.unit}]" if self.unit else ""
        return self.title + unit + (" (lower is better)" if self.better == "lower" else "")


PLOTTED = (
    Measure("psnr-rgb", "PSNR", "dB", "higher", 2),
    Measure("ms-ssim-db-rgb", "MS-SSIM", "dB", "higher", 2),
    Measure("ssim-rgb", "SSIM", "", "higher", 3),
    Measure("niqe", "NIQE", "", "lower", 2),
    Measure("lpips", "LPIPS", "", "lower", 3),
    Measure("lpips-squeeze", "LPIPS, SqueezeNet", "", "lower", 3),
    Measure("dists", "DISTS", "", "lower", 3),
)
"""The measures of plots."""

MEASURES = (
    *PLOTTED,
    Measure("psnr-gt-mean-rgb", "PSNR, mean given", "dB", "higher", 2),
    Measure("psnr-fitted-rgb", "PSNR, channels fitted", "dB", "higher", 2),
    Measure("loe", "LOE", "", "lower", 0),
    Measure("encoding_time", "Encoding", "s", "lower", 2),
    Measure("decoding_time", "Decoding", "s", "lower", 2),
)
"""The measures of the report."""


@dataclass(frozen=True)
class Point:
    """A value at a rate in bpp; ``quality`` is the codec's own number."""

    bpp: float
    value: float
    quality: float


def points(result: PipelineResult, column: str) -> tuple[Point, ...]:
    """Return the points of a column that have finite values, from low to high rate."""
    rates = result.columns["bpp"]
    values = result.columns.get(column, (None,) * len(rates))
    known = (
        Point(rate, value, quality)
        for rate, value, quality in zip(rates, values, result.qualities, strict=True)
        if rate is not None and value is not None and math.isfinite(rate) and math.isfinite(value)
    )
    return tuple(sorted(known, key=lambda point: point.bpp))


def drawn_measures(
    results: Sequence[PipelineResult], measures: Sequence[Measure] = MEASURES
) -> tuple[Measure, ...]:
    """Return the measures for which at least one pipeline has values."""
    return tuple(m for m in measures if any(points(result, m.column) for result in results))


def wants_log_axis(results: Sequence[PipelineResult]) -> bool:
    """Return whether the range of rates is wide enough for a logarithmic axis."""
    rates = [rate for r in results for rate in r.columns["bpp"] if rate is not None and rate > 0]
    return bool(rates) and max(rates) / min(rates) > _LOG_FROM


def curve_data(results: Sequence[PipelineResult], styles: Mapping[str, Style]) -> dict[str, Any]:
    """Return measures, families, and pipelines with their points [bpp, value, quality]."""
    measures = drawn_measures(results)
    return {
        "logarithmic": wants_log_axis(results),
        "measures": [
            {
                "column": measure.column,
                "title": measure.title,
                "unit": measure.unit,
                "label": measure.label,
                "digits": measure.digits,
            }
            for measure in measures
        ],
        "families": [
            {"key": key, "title": family.title, "filled": family.filled, "width": family.width}
            for key, family in FAMILIES.items()
        ],
        "pipelines": [
            {
                "name": result.name,
                **_style(styles[result.name]),
                "points": {
                    measure.column: [
                        [point.bpp, point.value, point.quality]
                        for point in points(result, measure.column)
                    ]
                    for measure in measures
                },
            }
            for result in results
        ],
    }


def _style(style: Style) -> dict[str, Any]:
    return {
        "family": style.family,
        "shade": style.shade,
        "shape": style.shape,
        "dashes": list(style.dashes),
    }


_ValueOf = Callable[[Stage], float]

_FULL = 100.0  # the length of the longest bar, in percent


@dataclass(frozen=True)
class Segment:
    """One stage of a bar: its start and length, in percent of the longest bar."""

    stage: int
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """The bar of one pipeline; ``total`` is its label, ``description`` is for screen readers."""

    name: str
    total: str
    segments: tuple[Segment, ...]
    description: str


@dataclass(frozen=True)
class Panel:
    """The bars of one figure."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Figure:
    """Both panels, the stages in the order of their colours, and the sources of published figures.

    ``sources`` are pairs of a source and the names of the pipelines whose figures it has.
    """

    panels: tuple[Panel, ...]
    stages: tuple[str, ...]
    sources: tuple[tuple[str, tuple[str, ...]], ...]


def bars(complexities: Sequence[Complexity]) -> Figure | None:
    """Return the figure, or None if there are no complexities."""
    if not complexities:
        return None
    stages = tuple(dict.fromkeys(stage.name for c in complexities for stage in c.stages))
    return Figure(
        (
            _panel("Multiply–accumulates at 960×512", "G", complexities, stages, _giga),
            _panel("Parameters", "M", complexities, stages, _million),
        ),
        stages,
        _sources(complexities),
    )


def _sources(complexities: Sequence[Complexity]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    named: dict[str, list[str]] = {}
    for complexity in complexities:
        if complexity.source != MEASURED:
            named.setdefault(complexity.source, []).append(complexity.name)
    return tuple((source, tuple(names)) for source, names in named.items())


def _panel(
    title: str,
    unit: str,
    complexities: Sequence[Complexity],
    stages: Sequence[str],
    value_of: _ValueOf,
) -> Panel:
    totals = [sum(map(value_of, c.stages)) for c in complexities]
    longest = max(totals) or 1.0
    made = []
    for complexity, total in zip(complexities, totals, strict=True):
        segments: list[Segment] = []
        start = 0.0
        for stage in complexity.stages:
            length = value_of(stage) / longest * _FULL
            segments.append(Segment(stages.index(stage.name), round(start, 3), round(length, 3)))
            start += length
        parts = (f"{stage.name} {_shown(value_of(stage), unit)}" for stage in complexity.stages)
        made.append(Bar(complexity.name, _shown(total, unit), tuple(segments), ", ".join(parts)))
    return Panel(title, tuple(made))


def _shown(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def _giga(stage: Stage) -> float:
    return stage.macs / 1e9


def _million(stage: Stage) -> float:
    return stage.parameters / 1e6
