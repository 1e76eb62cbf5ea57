"""What a benchmark was measured with, as lists that a page can show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llcodec.bench.pipelines import NONE
from llcodec.bench.results import PipelineResult

_COMMANDS = ("command", "commands")  # shown apart, as they would be typed


@dataclass(frozen=True)
class Facts:
    """Names and values under a title."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """A codec or an enhancer of the pipelines, and all that decides what it makes."""

    kind: str
    name: str
    rows: tuple[tuple[str, str], ...]


def commands(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command lines of what the results share."""
    found: list[str] = []
    for name in _COMMANDS:
        value = meta.get(name)
        found += [value] if isinstance(value, str) else map(str, value or ())
    return tuple(found)


def facts(meta: Mapping[str, Any]) -> tuple[Facts, ...]:
    """Return all else of it: first what stands alone, then each mapping under its own name."""
    rest = {name: value for name, value in meta.items() if name not in _COMMANDS}
    groups = {name: value for name, value in rest.items() if isinstance(value, Mapping)}
    alone = {name: value for name, value in rest.items() if name not in groups}
    listed = [
        Facts("Run", _rows(alone)),
        *(Facts(name.capitalize(), _rows(group)) for name, group in groups.items()),
    ]
    return tuple(group for group in listed if group.rows)


def times(results: Sequence[PipelineResult]) -> tuple[Facts, ...]:
    """Return under which conditions times were measured: a row for pipelines that share them."""
    names: dict[str, list[str]] = {}
    for result in results:
        if result.conditions:
            told = "; ".join(map(str, result.conditions))
            names.setdefault(told, []).append(result.name)
    alone = len(names) == 1
    rows = ((("all pipelines" if alone else ", ".join(of)), told) for told, of in names.items())
    return (Facts("Times", tuple(rows)),) if names else ()


def parts(results: Sequence[PipelineResult]) -> tuple[Part, ...]:
    """Return every codec and enhancer of some pipelines once, with its settings."""
    found: dict[str, Part] = {}
    for result in results:
        for kind, place in (("codec", "codec"), ("enhancer", "before"), ("enhancer", "after")):
            record = result.record[place]
            if record["name"] != NONE:
                part = Part(kind, str(record["name"]), _rows(_flat(record)))
                found.setdefault(json.dumps([kind, record], sort_keys=True, default=str), part)
    return tuple(sorted(found.values(), key=lambda part: (part.kind, part.name)))


def training_hours(result: PipelineResult) -> tuple[float, ...]:
    """Return how long the parts of a pipeline were trained, of those that tell, in their order."""
    told = (result.record[place].get("training_hours") for place in ("before", "codec", "after"))
    return tuple(float(hours) for hours in told if hours is not None)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part's record without its name, and with what it nests one level up."""
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
