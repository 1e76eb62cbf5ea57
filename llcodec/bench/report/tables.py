"""The tables of the report: pipelines against the anchor, all numbers, and the conditions."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from llcodec.bench.per_pipeline import PeakMemory
from llcodec.bench.pipelines import NONE
from llcodec.bench.report.charts import MEASURES
from llcodec.bench.results import Comparison, PipelineResult

_COMMANDS = ("command", "commands")  # shown separately, as they would be typed


@dataclass(frozen=True)
class Facts:
    """A titled list of names and values."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """A codec or an enhancer of the pipelines, with all of its settings."""

    kind: str
    name: str
    rows: tuple[tuple[str, str], ...]


def commands(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command lines in the metadata of results."""
    found: list[str] = []
    for name in _COMMANDS:
        value = meta.get(name)
        found += [value] if isinstance(value, str) else map(str, value or ())
    return tuple(found)


def facts(meta: Mapping[str, Any]) -> tuple[Facts, ...]:
    """Return all other metadata: first single values, then each mapping under its own name."""
    others = {name: value for name, value in meta.items() if name not in _COMMANDS}
    groups = {name: value for name, value in others.items() if isinstance(value, Mapping)}
    single = {name: value for name, value in others.items() if name not in groups}
    listed = [
        Facts("Run", _rows(single)),
        *(Facts(name.capitalize(), _rows(group)) for name, group in groups.items()),
    ]
    return tuple(group for group in listed if group.rows)


def times(results: Sequence[PipelineResult]) -> tuple[Facts, ...]:
    """Return the conditions that times were measured under, with the pipelines that share them."""
    names: dict[str, list[str]] = {}
    for result in results:
        if result.conditions:
            text = "; ".join(map(str, result.conditions))
            names.setdefault(text, []).append(result.name)
    shared = len(names) == 1
    rows = ((("all pipelines" if shared else ", ".join(of)), text) for text, of in names.items())
    return (Facts("Times", tuple(rows)),) if names else ()


def parts(results: Sequence[PipelineResult]) -> tuple[Part, ...]:
    """Return each codec and enhancer of some pipelines once, with its settings."""
    found: dict[str, Part] = {}
    for result in results:
        for kind, place in (("codec", "codec"), ("enhancer", "before"), ("enhancer", "after")):
            record = result.record[place]
            if record["name"] != NONE:
                part = Part(kind, str(record["name"]), _rows(_flat(record)))
                found.setdefault(json.dumps([kind, record], sort_keys=True, default=str), part)
    return tuple(sorted(found.values(), key=lambda part: (part.kind, part.name)))


def training_hours(result: PipelineResult) -> tuple[float, ...]:
    """Return the known hours of training of a pipeline's parts, in their order."""
    found = (result.record[place].get("training_hours") for place in ("before", "codec", "after"))
    return tuple(float(hours) for hours in found if hours is not None)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part's record without its name, with nested mappings merged into it."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            flat |= value
        elif name != "name":
            flat[name] = value
    return flat


def _rows(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    known = ((name, value) for name, value in values.items() if value is not None)
    return tuple((name.replace("_", " "), _text(value)) for name, value in known)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_text, value))
    return str(value)


NOTHING = "–"
_MINUS = "−"
_QUICK = 0.095  # seconds, below which three decimals are shown instead of two
_NO_COMPARISON = Comparison("", None, None, None)


@dataclass(frozen=True)
class Cell:
    """A number: ``text`` as shown, ``value`` for sorting; None if there is none.

    ``verdict`` is ``better``, ``worse``, or empty if nothing is compared.
    """

    text: str
    value: float | None
    verdict: str = ""


@dataclass(frozen=True)
class Row:
    """One pipeline; ``number`` is its index among the results."""

    number: int
    name: str
    is_anchor: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """A heading and its meaning."""

    title: str
    meaning: str


COLUMNS = (
    Column("BD-rate, PSNR", "how many percent more bits than the anchor for equal PSNR"),
    Column("BD-rate, MS-SSIM", "how many percent more bits than the anchor for equal MS-SSIM"),
    Column("BD-PSNR", "how much more PSNR than the anchor at equal rates"),
    Column("Encode", "median seconds per picture, including enhancement"),
    Column("Decode", "median seconds per picture, including enhancement"),
    Column("Encode, memory", "peak memory of a process that only encodes one picture"),
    Column("Decode, memory", "peak memory of a process that only decodes one picture"),
    Column("Trained", "hours of training of our own networks, enhancer and codec"),
)


def comparison_rows(
    results: Sequence[PipelineResult], comparisons: Sequence[Comparison], anchor: str | None
) -> tuple[Row, ...]:
    """Return a row for each result, the fewest bits first."""
    by_name = {comparison.name: comparison for comparison in comparisons}
    rows = []
    for number, result in enumerate(results):
        bd = by_name.get(result.name, _NO_COMPARISON)
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
    return tuple(sorted(rows, key=lambda row: by_name.get(row.name, _NO_COMPARISON).rank))


@dataclass(frozen=True)
class NumberRow:
    """The measurements of one pipeline at one quality, as they are shown."""

    name: str
    cells: tuple[str, ...]


def number_rows(results: Sequence[PipelineResult]) -> tuple[tuple[str, ...], tuple[NumberRow, ...]]:
    """Return headings and rows for all measures that every result has."""
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
    """Return a cell with the hours of each part, which sorts by their sum."""
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
