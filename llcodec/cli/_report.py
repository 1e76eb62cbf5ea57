"""Reports of a batch: text or JSON, and a progress bar."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TextIO

from llcodec._progress import Bars
from llcodec.cli._problems import complain
from llcodec.cli._text import printable

_FILES = "files"  # what the progress bar counts

Record = Mapping[str, Any]
"""The result for one file: the object that ``--json`` prints."""


@dataclass(frozen=True)
class Style:
    """How a batch is reported.

    Attributes:
        json: print one object per file on stdout, failures included.
        quiet: print only failures and losses.
        on_stdout: print text on stdout, as it is the result of the command.
    """

    json: bool = False
    quiet: bool = False
    on_stdout: bool = False


class Reporter:
    """Reports on each file of a batch. Use as a context manager."""

    def __init__(self, style: Style, total: int, describe: Callable[[Record], str]) -> None:
        self._style = style
        self._total = total
        self._describe = describe
        self._count = 0
        self._bars = Bars(wanted=total > 1 and not (style.json or style.quiet))

    def __enter__(self) -> Self:
        self._bars.show(_FILES, 0, self._total)
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.__exit__(*error)

    def done(self, record: Record) -> None:
        """Report a file that is done; losses are reported even with ``quiet``."""
        if self._style.json:
            _print(json.dumps(record), sys.stdout)
        else:
            if not self._style.quiet:
                self._line(self._describe(record), on_stdout=self._style.on_stdout)
                for line in record.get("left_out", ()):
                    self._line(complain(line, record["path"]))
            for line in _losses(record):
                self._line(line)
        self._advance()

    def failed(self, path: str | None, message: str) -> None:
        """Report a failure: of a file or, without a path, of all."""
        if self._style.json:
            _print(json.dumps({"path": path, "error": printable(message)}), sys.stdout)
        else:
            self._line(complain(message, path))
        self._advance()

    def skipped(self, record: Record) -> None:
        """Report a file that was skipped, since its output exists."""
        if self._style.json:
            _print(json.dumps(record), sys.stdout)
        self._advance()

    def sum_up(self, *, failed: int, skipped: int = 0, refused: bool = False) -> None:
        """Report how many of several files failed and were skipped.

        ``refused``: some failed since their outputs exist.
        """
        if self._total == 1 or self._style.json:
            return
        done = self._total - failed - skipped
        rest = f", {skipped} skipped" if skipped else ""
        hint = "; --skip-existing leaves out what exists" if refused else ""
        if failed:
            self._line(complain(f"{failed} of {self._total} failed{rest}{hint}"))
        elif skipped and not self._style.quiet:
            self._line(f"{done} done{rest}")

    def _line(self, text: str, *, on_stdout: bool = False) -> None:
        if on_stdout and not (self._bars.shown and _is_terminal(sys.stdout)):
            _print(text, sys.stdout)
        else:  # on one terminal, lines and bars must not overwrite each other
            self._bars.print(text)

    def _advance(self) -> None:
        self._count += 1
        self._bars.show(_FILES, self._count, self._total)


def _losses(record: Record) -> list[str]:
    """Return a line for each problem of a damaged file and for each lost region."""
    lost = (f"lost {region}: grey in the output" for region in record.get("lost", ()))
    return [complain(line, record["path"]) for line in (*record.get("problems", ()), *lost)]


def _print(text: str, stream: TextIO | None) -> None:
    if stream is not None:
        print(text, file=stream, flush=True)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
