"""What is drawn over the rate: measures, their points, and the axis that suits them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from llcodec.bench.results import PipelineResult

_LOG_FROM = 16.0  # times the lowest rate: on a linear axis, half the points would share a tenth


@dataclass(frozen=True)
class Measure:
    """A column of results that can be drawn over bpp.

    Attributes:
        column: its name in the JSON files.
        title: what people call it.
        unit: of its values; empty where they have none.
        better: which values are the better ones.
        digits: after the point, when a value is shown.
    """

    column: str
    title: str
    unit: str
    better: Literal["higher", "lower"]
    digits: int

    @property
    def label(self) -> str:
        """Title and unit, and the direction where it is not the usual one."""
        unit = f" [{self.unit}]" if self.unit else ""
        return self.title + unit + (" (lower is better)" if self.better == "lower" else "")


PLOTTED = (
    Measure("psnr-rgb", "PSNR", "dB", "higher", 2),
    Measure("ms-ssim-db-rgb", "MS-SSIM", "dB", "higher", 2),
    Measure("ssim-rgb", "SSIM", "", "higher", 3),
    Measure("niqe", "NIQE", "", "lower", 2),
    Measure("lpips", "LPIPS", "", "lower", 3),
    Measure("dists", "DISTS", "", "lower", 3),
)
"""What is drawn as PNG and SVG."""

MEASURES = (
    *PLOTTED,
    Measure("psnr-gt-mean-rgb", "PSNR, mean given", "dB", "higher", 2),
    Measure("loe", "LOE", "", "lower", 0),
    Measure("encoding_time", "Encoding", "s", "lower", 2),
    Measure("decoding_time", "Decoding", "s", "lower", 2),
)
"""What the report can show."""


@dataclass(frozen=True)
class Point:
    """A value at a rate in bpp; ``quality`` is the codec's own number."""

    bpp: float
    value: float
    quality: float


def points(result: PipelineResult, column: str) -> tuple[Point, ...]:
    """Return the points of a column that can be drawn, from low to high rate."""
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
    """Return the measures that at least one pipeline has a value of."""
    return tuple(m for m in measures if any(points(result, m.column) for result in results))


def wants_log_axis(results: Sequence[PipelineResult]) -> bool:
    """Tell whether the rates are spread so far that a logarithmic axis suits them."""
    rates = [rate for r in results for rate in r.columns["bpp"] if rate is not None and rate > 0]
    return bool(rates) and max(rates) / min(rates) > _LOG_FROM
