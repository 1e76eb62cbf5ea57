"""Errors of the command line: one line and an exit code each."""

import sys

from llcodec._failures import in_one_line, is_expected
from llcodec.cli._exit_codes import FAILED, INTERNAL
from llcodec.cli._input import STREAM
from llcodec.cli._text import printable


def explain(error: Exception) -> tuple[str, int]:
    """Return the message of an error and its exit code."""
    if is_expected(error):
        return in_one_line(error), FAILED
    return f"internal error: {in_one_line(error)}", INTERNAL


def complain(message: str, path: str | None = None) -> str:
    """Return the line for stderr: ``llc: PATH: message``."""
    where = "" if path is None else f"{'standard input' if path == STREAM else path}: "
    return printable(f"llc: {where}{message}")


def print_problem(message: str, path: str | None = None) -> None:
    """Print one line on stderr, if there is one."""
    if sys.stderr is not None:
        print(complain(message, path), file=sys.stderr, flush=True)
