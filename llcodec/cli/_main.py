"""Entry point of ``llc``: exit codes, and one line for every error."""

import os
import sys
import warnings
from collections.abc import Sequence

from llcodec._extras import not_installed
from llcodec._outputs import remove_partial_files
from llcodec.cli._collector import dismiss_collector, pause_collector, resume_collector
from llcodec.cli._exit_codes import BROKEN_PIPE, FAILED, INTERRUPTED, USAGE
from llcodec.cli._problems import explain, print_problem
from llcodec.cli._signals import Stopped, stoppable

# Commands that need more than the core, and the extras that bring it.
_EXTRAS = {"train": "train", "bench": "bench"}

# Commands that import most of what they need when they have begun, and go through a batch of files.
_BRIEF = frozenset({"encode", "decode", "enhance", "verify"})


def main() -> None:
    """Run ``llc`` with the arguments of this process, and exit."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with stoppable():
            code = run(sys.argv[1:])
    except Stopped as stopped:
        remove_partial_files()
        print_problem("interrupted" if stopped.exit_code == INTERRUPTED else "terminated")
        code = stopped.exit_code
    dismiss_collector()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run ``llc`` with these arguments and return its exit code."""
    try:
        code = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        _forget_stdout()
        return BROKEN_PIPE
    except Exception as error:
        message, code = explain(error)
        print_problem(message)
        if isinstance(error, OSError):
            _forget_stdout()
        return code


def _run(arguments: Sequence[str]) -> int:
    pause_collector()  # the first file of a batch resumes it
    from llcodec.cli._app import app

    if not _BRIEF.intersection(arguments[:1]):
        resume_collector()
    try:
        result = app(list(arguments), prog_name="llc", standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer exits in its own way
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else FAILED  # of shell completion
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(next(iter(arguments), ""))
        if extra is None:
            raise
        raise not_installed(error.name, extra) from error
    except Exception as error:
        usage = _usage(error)
        if usage is None:
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.ctx.get_help())  # type: ignore[attr-defined]
            return 0
        print_problem(usage)
        return USAGE
    finally:
        resume_collector()
    return result if isinstance(result, int) else 0


def _usage(error: Exception) -> str | None:
    """Return the message of a usage error, or None if the error is another one."""
    wording = getattr(error, "format_message", None)
    if wording is None:
        return None
    context = getattr(error, "ctx", None)
    command = "llc" if context is None else context.command_path
    wrong = " ".join(wording().split()).removeprefix("Invalid value: ").rstrip(".")
    return f"{wrong} (see '{command} --help')"


def _forget_stdout() -> None:
    """Redirect stdout to the null device: flushing it at exit would fail."""
    try:
        number = sys.stdout.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
    except (OSError, ValueError, AttributeError):
        pass  # not a real file: nothing will fail
