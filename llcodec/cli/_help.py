"""The format of help: placeholders as in manual pages, and examples at the end."""

import re
from collections.abc import Iterable
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

CODECS: Final = "{codecs}"
"""Placeholder in help texts for the names of the shipped codecs."""

ENHANCERS: Final = "{enhancers}"
"""Placeholder in help texts for the names of the shipped enhancers."""

_RANGE = re.compile(r"(; )?-?[\d.]*(<=?)?x(<|>)=?-?[\d.]+")  # 1<=x<=9, x>=1: errors say so as well
_DEFAULT = re.compile(r"default: \((.*?)\)(?=[];])")
_PLACEHOLDERS = {"list[Path]": "PATH", "path": "PATH", "int": "N", "int range": "N", "float": "X"}


class Command(TyperCommand):
    """A command with help in the common form."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line."""
        return _plain(super().collect_usage_pieces(ctx), self.get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        _write_parameters(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands with help in the common form."""

    command_class = Command

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line."""
        return _plain(super().collect_usage_pieces(ctx), self.get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, options and commands."""
        _write_parameters(self, ctx, formatter)
        self.format_commands(ctx, formatter)


def new_app(**settings: Any) -> typer.Typer:
    """Return an application for one command or several, which ``_app`` adds to ``llc``."""
    return typer.Typer(cls=Group, rich_markup_mode=None, add_completion=False, **settings)


def examples(*lines: str) -> str:
    """Return the end of a help text: command lines, as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def _plain(pieces: Iterable[str], parameters: Iterable[Any]) -> list[str]:
    """Return the words of a usage line as manual pages have them: ``FILE...`` where several go."""
    words = [re.sub(r"^\{(.*)\}", r"\1", piece) for piece in pieces]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    several = {each.human_readable_name for each in arguments if each.nargs != 1}
    return [word + "..." * (word.strip("[]") in several) for word in words]


def _write_parameters(command: Any, ctx: Any, formatter: Any) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None:
            continue
        name, text = record
        if parameter.param_type_name == "argument":
            name = parameter.human_readable_name + ("..." if parameter.nargs != 1 else "")
            rows["Arguments"].append((name, _tidy(text)))
        else:
            rows["Options"].append((_placeholder(name), _tidy(text)))
    for title, each in rows.items():
        if each:
            with formatter.section(title):
                formatter.write_dl(each)


def _placeholder(name: str) -> str:
    """Return an option whose value is named as in manual pages: N, not ``<int range>``."""
    return re.sub(r"<(.*)>$", lambda found: _PLACEHOLDERS.get(found[1], found[1]), name)


def _tidy(text: str) -> str:
    text = _DEFAULT.sub(r"default: \1", _RANGE.sub("", text)).removesuffix("[]").rstrip()
    if CODECS in text or ENHANCERS in text:
        from llcodec._shipped import shipped_codecs, shipped_enhancers

        text = text.replace(CODECS, ", ".join(shipped_codecs()) or "none")
        text = text.replace(ENHANCERS, ", ".join(shipped_enhancers()) or "none")
    return text
