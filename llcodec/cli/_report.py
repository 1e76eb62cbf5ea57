"""What a run tells: lines for people or JSON for programs, and a progress bar."""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TextIO

from llcodec.cli._problems import complain
from llcodec.cli._text import printable

if TYPE_CHECKING:
    from rich.progress import Progress

Record = Mapping[str, Any]
"""What is told of one file: the object that ``--json`` prints."""


@dataclass(frozen=True)
class Style:
    """How a run tells what it does.

    Attributes:
        json: one object a file on stdout, failures included.
        quiet: nothing but failures and losses.
        on_stdout: lines for people are what the command is for, and go to stdout.
    """

    json: bool = False
    quiet: bool = False
    on_stdout: bool = False


class Reporter:
    """Tells what becomes of each file. Use as a context manager."""

    def __init__(self, style: Style, total: int, describe: Callable[[Record], str]) -> None:
        self._style = style
        self._total = total
        self._describe = describe
        self._bar: Progress | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        silent = self._style.json or self._style.quiet
        if self._total > 1 and not silent and sys.stderr is not None and sys.stderr.isatty():
            from llcodec.cli._progress import progress_bar

            self._bar = self._stack.enter_context(progress_bar(self._total))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def done(self, record: Record) -> None:
        """Tell of a file that came out, and of what is lost of it however quiet the run is."""
        if self._style.json:
            _print(json.dumps(record), sys.stdout)
        else:
            if not self._style.quiet:
                self._line(self._describe(record), on_stdout=self._style.on_stdout)
            for line in _losses(record):
                self._line(line)
        self._advance()

    def failed(self, path: str | None, message: str) -> None:
        """Tell of a file that did not, or, without a path, of what keeps all from it."""
        if self._style.json:
            _print(json.dumps({"path": path, "error": printable(message)}), sys.stdout)
        else:
            self._line(complain(message, path))
        self._advance()

    def sum_up(self, failures: int) -> None:
        """Tell how many of several files failed, if any."""
        if failures and self._total > 1 and not self._style.json:
            self._line(complain(f"{failures} of {self._total} failed"))

    def _line(self, text: str, *, on_stdout: bool = False) -> None:
        if on_stdout and sys.stdout is not None and not sys.stdout.isatty():
            _print(text, sys.stdout)
        elif self._bar is not None:
            self._bar.console.out(text, highlight=False)
        else:
            _print(text, sys.stdout if on_stdout else sys.stderr)

    def _advance(self) -> None:
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])


def _losses(record: Record) -> list[str]:
    """Return a line for all that is wrong with a damaged file and for each area lost."""
    wrong = [complain(problem, record["path"]) for problem in record.get("problems", ())]
    return wrong + [complain(f"lost {x}, grey now", record["path"]) for x in record.get("lost", ())]


def _print(text: str, stream: TextIO | None) -> None:
    if stream is not None:
        print(text, file=stream, flush=True)
