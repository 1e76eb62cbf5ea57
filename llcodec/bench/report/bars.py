"""Parameters and multiplications of each stage as bars, as in Joint-IC-LL's Figure 5."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llcodec.bench.complexity import MEASURED, Complexity, Stage

ValueOf = Callable[[Stage], float]

_WHOLE = 100.0  # the length of the longest bar


@dataclass(frozen=True)
class Segment:
    """One stage of a bar: where it begins and how long it is, in percent of the longest bar."""

    stage: int
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """One pipeline; ``total`` is what stands beside its segments."""

    name: str
    total: str
    segments: tuple[Segment, ...]
    told: str


@dataclass(frozen=True)
class Panel:
    """The bars of one figure."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Figure:
    """Both panels, the stages in the order of their colours, and whose figures are not ours.

    ``sources`` are pairs of a source and the names of the pipelines that it tells of.
    """

    panels: tuple[Panel, ...]
    stages: tuple[str, ...]
    sources: tuple[tuple[str, tuple[str, ...]], ...]


def bars(complexities: Sequence[Complexity]) -> Figure | None:
    """Return the figure; None without anything to draw."""
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
    value_of: ValueOf,
) -> Panel:
    totals = [sum(map(value_of, c.stages)) for c in complexities]
    longest = max(totals) or 1.0
    made = []
    for complexity, total in zip(complexities, totals, strict=True):
        segments: list[Segment] = []
        start = 0.0
        for stage in complexity.stages:
            length = value_of(stage) / longest * _WHOLE
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
