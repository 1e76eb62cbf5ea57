"""From an exception to one line and an exit code."""

import os
import sys
import traceback

from llcodec._memory import is_out_of_memory
from llcodec.cli._input import STREAM
from llcodec.cli._text import printable
from llcodec.errors import LlcError

FAILED = 1
USAGE = 2
DAMAGED = 3  # salvaged with losses
INTERNAL = 70


def explain(error: Exception) -> tuple[str, int]:
    """Return what went wrong in words for the user, and the exit code.

    With ``LLC_DEBUG=1`` in the environment, an internal error prints its traceback first.
    """
    if isinstance(error, LlcError):
        return str(error), FAILED
    if is_out_of_memory(error):
        return "not enough memory", FAILED
    if isinstance(error, OSError):
        return error.strerror or str(error), FAILED
    if os.environ.get("LLC_DEBUG") == "1":
        traceback.print_exception(error)
    return f"internal error: {type(error).__name__}: {error}".removesuffix(": "), INTERNAL


def complain(message: str, path: str | None = None) -> str:
    """Return the line for stderr: ``llc: PATH: message``."""
    where = "" if path is None else f"{'standard input' if path == STREAM else path}: "
    return printable(f"llc: {where}{message}")


def print_problem(message: str, path: str | None = None) -> None:
    """Print one line on stderr, if there is one."""
    if sys.stderr is not None:
        print(complain(message, path), file=sys.stderr, flush=True)
