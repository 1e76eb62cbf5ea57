"""The styles of pipelines in plots and reports: hue, fill, shape and dashes, never hue alone.

Hue and fill show where enhancement happens: joint networks are black, pipelines whose sender
enhances are blue and filled, those whose receiver enhances are orange and hollow. The shape of the
points shows the codec; shade and dashes show the enhancer. Blue and orange can be distinguished
with every kind of colour vision. All curves can be distinguished without colours, since no two of
a family share shape and dashes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from llcodec.bench.pipelines import NONE, Order
from llcodec.bench.results import PipelineResult

SHAPES = (
    "circle",
    "square",
    "triangle",
    "diamond",
    "pentagon",
    "plus",
    "cross",
    "triangle-down",
    "hexagon",
    "star",
)
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (6, 2.5),
    (1.5, 2),
    (8, 2.5, 1.5, 2.5),
    (11, 3, 3, 3),
    (8, 2, 1.5, 2, 1.5, 2),
)
"""Alternating lengths of dashes and gaps, in pixels; the first is a solid line."""


@dataclass(frozen=True)
class Family:
    """The style of all pipelines of one order.

    Attributes:
        title: its name for people.
        light: shades for a light background, ``#rrggbb``.
        dark: as many shades for a dark background.
        filled: whether its points are filled.
        width: of its lines, in pixels.
    """

    title: str
    light: tuple[str, ...]
    dark: tuple[str, ...]
    filled: bool
    width: float


FAMILIES: Mapping[Order, Family] = MappingProxyType(
    {
        "joint": Family(
            "Joint",
            ("#101418", "#4d545c", "#7b838c"),
            ("#ffffff", "#c3cad2", "#98a1ab"),
            filled=True,
            width=2.2,
        ),
        "ebc": Family(
            "Enhance before compress (EbC)",
            ("#0b4fb3", "#0a8fa6", "#5a49c8", "#2f8fe8"),
            ("#6aa9ff", "#48d3e0", "#b3a4ff", "#a9d4ff"),
            filled=True,
            width=1.6,
        ),
        "cbe": Family(
            "Compress before enhance (CbE)",
            ("#d4550a", "#a8710a", "#b3205a", "#7a3b12"),
            ("#ff9a52", "#f2c14e", "#ff86ad", "#d9a07c"),
            filled=False,
            width=1.6,
        ),
        "plain": Family(
            "Compress only",
            ("#5d6670", "#828b95"),
            ("#a3acb6", "#d0d6dc"),
            filled=False,
            width=1.3,
        ),
        "enhance": Family(
            "Enhance only",
            ("#2b7a3a", "#5c8f1c"),
            ("#7fd08a", "#bfe07a"),
            filled=True,
            width=1.3,
        ),
    }
)


@dataclass(frozen=True)
class Style:
    """How one pipeline is drawn; ``shade`` is an index into the colours of its family."""

    family: Order
    shade: int
    shape: str
    dashes: tuple[float, ...]


def pipeline_styles(results: Sequence[PipelineResult]) -> dict[str, Style]:
    """Return the styles of pipelines by their names.

    No two of a family share both shape and dashes, unless there are more than combinations.
    """
    codecs = _numbers(codec_of(r) for r in results if family_of(r) not in ("joint", "enhance"))
    enhancers = _numbers(name for name in map(enhancer_of, results) if name != NONE)
    taken: set[tuple[Order, int, int]] = set()
    found: dict[str, Style] = {}
    for result in results:
        family = family_of(result)
        codec = codecs.get(codec_of(result), 0)
        enhancer = enhancers.get(enhancer_of(result), 0)
        joints = sum(style.family == "joint" for style in found.values())
        dash, shape = {
            "joint": (joints, SHAPES.index("star")),
            "ebc": (enhancer, codec),
            "cbe": (enhancer, codec),
            "plain": (codec, codec),
            "enhance": (enhancer, enhancer),
        }[family]
        dash, shape = _free(family, dash % len(DASHES), shape % len(SHAPES), taken)
        taken.add((family, dash, shape))
        shade = dash % len(FAMILIES[family].light)
        found[result.name] = Style(family, shade, SHAPES[shape], DASHES[dash])
    return found


def family_of(result: PipelineResult) -> Order:
    """Return the order of a pipeline's parts."""
    order: Order = result.record["order"]
    return order


def codec_of(result: PipelineResult) -> str:
    """Return the name of a pipeline's codec."""
    return str(result.record["codec"]["name"])


def enhancer_of(result: PipelineResult) -> str:
    """Return the name of a pipeline's enhancer; ``none`` where the codec does both, or neither."""
    names = (str(result.record[part]["name"]) for part in ("before", "after"))
    return next((name for name in names if name != NONE), NONE)


def _free(
    family: Order, dash: int, shape: int, taken: set[tuple[Order, int, int]]
) -> tuple[int, int]:
    """Return the wanted dashes and shape, or the next combination that is free."""
    for step in product(range(len(DASHES)), range(len(SHAPES))):
        place = ((dash + step[0]) % len(DASHES), (shape + step[1]) % len(SHAPES))
        if (family, *place) not in taken:
            return place
    return dash, shape


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}
