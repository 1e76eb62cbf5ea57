"""The page of the Python interface, whose entries mkdocstrings makes from docstrings."""

from collections.abc import Iterable
from inspect import isclass
from typing import Final

import llcodec

_INTRODUCTION: Final = (
    "# Python reference\n\n"
    "Everything that `import llcodec` offers, made from its docstrings. "
    "[The Python interface](python.md) has examples."
)


def page() -> str:
    """Return the page as Markdown with the directives of mkdocstrings."""
    names = [name for name in llcodec.__all__ if not name.startswith("_")]
    classes = {name for name in names if isclass(getattr(llcodec, name))}
    errors = {name for name in classes if issubclass(getattr(llcodec, name), BaseException)}
    functions = [name for name in names if name not in classes]
    parts = [
        _INTRODUCTION,
        *_group("Functions", functions),
        *_group("Classes", sorted(classes - errors)),
        *_group("Errors", sorted(errors, key=lambda name: (_depth(name), name))),
    ]
    return "\n\n".join(parts) + "\n"


def _group(title: str, names: Iterable[str]) -> list[str]:
    return [f"## {title}", *(f"::: llcodec.{name}" for name in names)]


def _depth(error: str) -> int:
    return len(getattr(llcodec, error).__mro__)
