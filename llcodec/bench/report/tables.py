"""The page's tables: pipelines beside the anchor, and every number that was measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from llcodec.bench.curves import MEASURES
from llcodec.bench.peak_memory import PeakMemory
from llcodec.bench.report.facts import training_hours
from llcodec.bench.results import Comparison, PipelineResult

NOTHING = "–"
_MINUS = "−"
_QUICK = 0.095  # seconds; below, two digits after the point would tell nothing
_ALONE = Comparison("", None, None, None)


@dataclass(frozen=True)
class Cell:
    """A number as it is shown, and as it is sorted; None stands for no number.

    ``verdict`` is ``better``, ``worse``, or empty where nothing is compared.
    """

    text: str
    value: float | None
    verdict: str = ""


@dataclass(frozen=True)
class Row:
    """One pipeline; ``number`` is its place among the results."""

    number: int
    name: str
    is_anchor: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """A heading, and what it means."""

    title: str
    meaning: str


COLUMNS = (
    Column("BD-rate, PSNR", "how many percent more bits than the anchor for equal PSNR"),
    Column("BD-rate, MS-SSIM", "how many percent more bits than the anchor for equal MS-SSIM"),
    Column("BD-PSNR", "how much more PSNR than the anchor at equal rates"),
    Column("Encode", "seconds per picture, enhancement included, median"),
    Column("Decode", "seconds per picture, enhancement included, median"),
    Column("Encode, memory", "peak of a process that encodes one picture and does nothing else"),
    Column("Decode, memory", "peak of a process that decodes one picture and does nothing else"),
    Column("Trained", "hours of training of the networks that are ours, enhancer and codec"),
)


def comparison_rows(
    results: Sequence[PipelineResult], comparisons: Sequence[Comparison], anchor: str | None
) -> tuple[Row, ...]:
    """Return a row for each result, those that need the fewest bits first."""
    beside = {comparison.name: comparison for comparison in comparisons}
    rows = []
    for number, result in enumerate(results):
        bd = beside.get(result.name, _ALONE)
        rows.append(
            Row(
                number,
                result.name,
                result.name == anchor,
                (
                    _compared(bd.bd_rate_psnr, 1, "%", lower_is_better=True),
                    _compared(bd.bd_rate_ms_ssim, 1, "%", lower_is_better=True),
                    _compared(bd.bd_psnr, 2, "dB", lower_is_better=False),
                    _seconds(result.columns["encoding_time"]),
                    _seconds(result.columns["decoding_time"]),
                    *_megabytes(result.memory),
                    _hours(training_hours(result)),
                ),
            )
        )
    return tuple(sorted(rows, key=lambda row: beside.get(row.name, _ALONE).place))


@dataclass(frozen=True)
class NumberRow:
    """What was measured of one pipeline at one quality, as it is shown."""

    name: str
    cells: tuple[str, ...]


def number_rows(results: Sequence[PipelineResult]) -> tuple[tuple[str, ...], tuple[NumberRow, ...]]:
    """Return the headings and rows of everything that curves can show and all results have."""
    measures = [m for m in MEASURES if all(m.column in result.columns for result in results)]
    rows = []
    for result in results:
        for place, quality in enumerate(result.qualities):
            values = [_plain(result.columns["bpp"][place], 4)]
            values += [_plain(result.columns[m.column][place], m.digits) for m in measures]
            rows.append(NumberRow(result.name, (f"{quality:g}", *values)))
    units = (f"{m.title} [{m.unit}]" if m.unit else m.title for m in measures)
    return ("Quality", "bpp", *units), tuple(rows)


def _compared(value: float | None, digits: int, unit: str, *, lower_is_better: bool) -> Cell:
    cell = _number(value, digits, unit, signed=True)
    if cell.value is None or round(cell.value, digits) == 0:
        return cell
    return Cell(cell.text, cell.value, "better" if (cell.value < 0) == lower_is_better else "worse")


def _seconds(times: Sequence[float | None]) -> Cell:
    known = [time for time in times if time is not None]
    middle = median(known) if known else None
    return _number(middle, 3 if middle is not None and middle < _QUICK else 2, "s")


def _megabytes(memory: PeakMemory | None) -> tuple[Cell, Cell]:
    if memory is None:
        return Cell(NOTHING, None), Cell(NOTHING, None)
    return _number(memory.encode, 0, "MB"), _number(memory.decode, 0, "MB")


def _hours(parts: Sequence[float]) -> Cell:
    """Return the hours of each part; sorted by their sum."""
    if not parts:
        return Cell(NOTHING, None)
    return Cell(f"{' + '.join(f'{hours:.1f}' for hours in parts)} h", sum(parts))


def _number(value: float | None, digits: int, unit: str, *, signed: bool = False) -> Cell:
    if value is None or not math.isfinite(value):
        return Cell(NOTHING, None)
    sign = "+" if signed else ""
    text = f"{round(value, digits) + 0.0:{sign},.{digits}f}".replace("-", _MINUS)
    return Cell(f"{text} {unit}", value)


def _plain(value: float | None, digits: int) -> str:
    return _number(value, digits, "").text.strip()
