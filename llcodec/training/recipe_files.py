"""Recipes as TOML: the name of a preset, changes to it under [model], and training settings."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeVar, get_args, get_origin

from llcodec._extras import require
from llcodec.errors import InputError

Table = dict[str, Any]
R = TypeVar("R")
_RECIPE: Final = "recipe"


@dataclass(frozen=True)
class RecipeKind(Generic[R]):
    """The recipes of one kind of training.

    Attributes:
        recipe: their dataclass.
        presets: the presets of the networks, by name.
        default: the preset of recipes without one.
        files: the shipped TOML file of each preset, without its suffix; by default the preset's
            name.
        named: tables of a recipe that may be given by a name, such as ``weights = "paper"``.
    """

    recipe: type[R]
    presets: Mapping[str, Any]
    default: str
    files: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def preset(self, name: str) -> Any:
        """Return the preset of a name; raises InputError if there is none."""
        if not isinstance(name, str) or name not in self.presets:
            raise InputError(f"no preset {name!r} (known: {', '.join(self.presets)})")
        return self.presets[name]


def shipped_recipe(preset: str, kind: RecipeKind[Any]) -> str:
    """Return the TOML text of the shipped recipe of a preset.

    Raises InputError if there is no such preset.
    """
    kind.preset(preset)
    file = files("llcodec.training").joinpath("recipes", f"{kind.files.get(preset, preset)}.toml")
    return re.sub(r'^preset = ".*"', f'preset = "{preset}"', file.read_text(), flags=re.MULTILINE)


def read_recipe(source: str, kind: RecipeKind[R], changes: Sequence[str] = ()) -> R:
    """Return the recipe of a preset's name or of a TOML file, with ``key=value`` changes.

    Keys are dotted paths such as ``joint.learning_rate.peak``; values are TOML, or plain words.
    Raises InputError, which names them, for unknown keys and values of the wrong type.
    """
    if source.endswith(".toml"):
        try:
            text = Path(source).read_text()
        except FileNotFoundError as error:
            raise InputError(f"{source}: no such file") from error
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{source}: cannot be read ({type(error).__name__})") from error
    else:
        text = shipped_recipe(source, kind)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not TOML: {error}") from error
    for change in changes:
        _set(table, change)
    return recipe_of(table, kind)


def recipe_of(table: Mapping[str, Any], kind: RecipeKind[R]) -> R:
    """Return the recipe of a parsed TOML table."""
    table = dict(table)
    preset, model = kind.preset(table.pop("preset", kind.default)), table.pop("model", {})
    if not isinstance(model, dict):
        raise InputError("model must be a table of changes to the preset")
    for key, named in kind.named.items():
        if isinstance(table.get(key), str):
            table[key] = _named(key, table[key], named)
    return _structure({**table, "preset": {**asdict(preset), **model}}, kind.recipe)


def _named(key: str, name: str, named: Mapping[str, Any]) -> Table:
    """Return the table that a name stands for."""
    if name not in named:
        raise InputError(f"no {key} {name!r} (known: {', '.join(named)})")
    return asdict(named[name])


def _structure(table: Table, kind: type[R]) -> R:
    """Return the table as dataclasses; all keys and types are checked."""
    cattrs = require("cattrs", "train")
    try:
        made: R = _strict_converter(cattrs).structure(table, kind)
    except cattrs.BaseValidationError as error:
        found = cattrs.transform_error(error, _RECIPE, format_exception=_complaint)
        raise InputError(_readable(found[0])) from error
    return made


def _strict_converter(cattrs: Any) -> Any:
    """Return a converter that converts nothing: "3" is not a number, and "abc" not a list."""

    def exact(value: object, kind: type) -> object:
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise InputError(f"{value!r} is not of the type {kind.__name__}")
        return value

    def chosen(value: object, kind: Any) -> object:
        if value not in get_args(kind):
            raise InputError(f"{value!r} is not one of {', '.join(map(str, get_args(kind)))}")
        return value

    def listed(value: object, kind: Any) -> object:
        if not isinstance(value, list | tuple):
            raise InputError(f"{value!r} is not a list")
        if ... not in (wanted := get_args(kind)) and len(value) != len(wanted):
            raise InputError(f"{len(wanted)} values are needed, not {len(value)}")
        return items.structure(value, kind)

    items, whole = (
        cattrs.Converter(forbid_extra_keys=True, detailed_validation=True) for _ in range(2)
    )
    for converter in (items, whole):
        for kind in (int, float, str, bool):
            converter.register_structure_hook(kind, exact)
        converter.register_structure_hook_func(_made_by(Literal), chosen)
    whole.register_structure_hook_func(_made_by(tuple), listed)
    return whole


def _made_by(origin: Any) -> Callable[[Any], bool]:
    """Return a function that recognises the types of a generic one, such as ``tuple[int, int]``."""
    return lambda kind: get_origin(kind) is origin


def _complaint(error: BaseException, kind: Any) -> str:
    """Return what is wrong with a value that should have been of a kind."""
    if hasattr(error, "extra_fields"):
        return f"unknown settings: {', '.join(sorted(error.extra_fields))}"
    if not isinstance(error, InputError) and _is_table(kind):
        return "must be a table"
    return str(error)


def _is_table(kind: Any) -> bool:
    """Return whether values of a kind are tables: dataclasses, or mappings."""
    return any(is_dataclass(k) or get_origin(k) in (dict, Mapping) for k in (kind, *get_args(kind)))


def _readable(message: str) -> str:
    """Return a message of cattrs, ``complaint @ recipe.table.key``, with the key first."""
    complaint, _, place = message.rpartition(" @ ")
    key = re.sub(r"^preset\b", "model", place.removeprefix(_RECIPE).lstrip("."))
    return f"{_RECIPE}: {key}: {complaint}" if key else f"{_RECIPE}: {complaint}"


def _set(table: Table, change: str) -> None:
    """Apply one ``a.b.c=value`` to a nested table."""
    key, equals, text = change.partition("=")
    *parents, last = (part.strip() for part in key.split("."))
    if not equals or not last:
        raise InputError(f"{change!r}: write changes as key=value")
    for parent in parents:
        table = table.setdefault(parent, {})
        if not isinstance(table, dict):
            raise InputError(f"{change!r}: {parent} is not a table")
    table[last] = _value(text.strip())


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text  # a word without quotes
