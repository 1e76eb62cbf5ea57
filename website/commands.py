"""The page of all commands and options of ``llc``, made from the commands themselves."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import typer

from llcodec.cli._app import app

_SPECIAL = re.compile(r"([\\`*_{}\[\]#])")
_INTRODUCTION: Final = (
    "# Commands and options\n\n"
    "Made from the commands of `llc` themselves; `llc help COMMAND` prints the same. "
    "[The command line](cli.md) has what they share, and examples."
)


def page() -> str:
    """Return the page as Markdown: a section for each command, at any depth."""
    root: Any = typer.main.get_command(app)
    context = root.make_context("llc", [], resilient_parsing=True)
    return "\n\n".join([_INTRODUCTION, *_sections(root, context)]) + "\n"


def _sections(command: Any, context: Any) -> Iterator[str]:
    formatter = _Markdown()
    command.format_help(context, formatter)
    yield f"## {context.command_path}"
    yield from formatter.parts
    for name in getattr(command, "commands", ()):
        child = command.get_command(context, name)
        if not child.hidden:
            made = child.make_context(name, [], parent=context, resilient_parsing=True)
            yield from _sections(child, made)


class _Markdown:
    """Writes the help of a command as Markdown; has the methods of Click's ``HelpFormatter``."""

    width: Final = 10_000  # of lines: summaries of commands are not cut off

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._title = ""

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Write a table with this title."""
        self._title = name
        yield

    @contextmanager
    def indentation(self) -> Iterator[None]:
        """Write what follows as it is: Markdown needs no indentation."""
        yield

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is called."""
        self.parts.append(_block([f"{prog} {args}".strip()]))

    def write_paragraph(self) -> None:
        """Do nothing: parts are paragraphs."""

    def write_text(self, text: str) -> None:
        """Write paragraphs; those that begin with ``\\b`` keep their lines."""
        for paragraph in text.strip("\n").split("\n\n"):
            if paragraph.startswith("\b\n"):
                title, *lines = paragraph.removeprefix("\b\n").splitlines()
                self.parts += [f"**{_plain(title.rstrip(':'))}**", _block(lines)]
            else:
                self.parts.append(_plain(" ".join(paragraph.split())))

    def write_dl(self, rows: Sequence[tuple[str, str]], *_: object, **__: object) -> None:
        """Write a table of names and what they mean."""
        lines = [f"| {_code(name)} | {_plain(' '.join(text.split()))} |" for name, text in rows]
        self.parts.append("\n".join([f"| {self._title} | |", "|---|---|", *lines]))


def _block(lines: Iterable[str]) -> str:
    return "\n".join(["```text", *(line.removeprefix("  ") for line in lines), "```"])


def _code(text: str) -> str:
    return f"<code>{_plain(text)}</code>"


def _plain(text: str) -> str:
    """Return Markdown that shows a text as it is, in tables too."""
    escaped = _SPECIAL.sub(r"\\\1", html.escape(text, quote=False))
    return escaped.replace("|", "&#124;")
