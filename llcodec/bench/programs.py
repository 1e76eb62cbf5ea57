"""Run other programs: capture their output, or measure their peak memory."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from llcodec.errors import InputError

TIMEOUT: Final = 3600.0
"""The default limit for one run of a program, in seconds."""


def run_program(
    command: Sequence[str], given: bytes = b"", timeout: float | None = TIMEOUT
) -> bytes:
    """Run a program and return its standard output.

    Args:
        command: the program and its arguments.
        given: its standard input.
        timeout: the seconds after which it is killed, with all processes that it has started; None
            for no limit.

    Raises:
        InputError: if it cannot be started, takes too long, or fails; the message then has the last
            line that it wrote.
    """
    name = Path(command[0]).name
    pipe = subprocess.PIPE
    # In its own session, so that all processes that it has started can be killed with it.
    own_session = timeout is not None
    try:
        program = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=own_session
        )
    except OSError as error:
        raise InputError(f"{name} cannot be started: {error.strerror or error}") from error
    with program:
        try:
            out, said = program.communicate(given, timeout)
        except subprocess.TimeoutExpired as error:
            _kill(program, own_session)
            raise InputError(f"{name} was killed after {timeout:g} seconds (--timeout)") from error
        except BaseException:
            _kill(program, own_session)
            raise
    if program.returncode != 0:
        reason = last_line(said) or last_line(out) or "without a message"
        raise InputError(f"{name} failed (exit code {program.returncode}): {reason}")
    return out


def last_line(output: bytes) -> str:
    """Return the last line of an output that is not blank, or an empty string."""
    lines = output.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _kill(program: "subprocess.Popen[bytes]", own_session: bool) -> None:
    """Kill a program, with all processes of its session if it has its own."""
    if sys.platform != "win32" and own_session:
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.killpg(program.pid, signal.SIGKILL)
    else:
        program.kill()


# A small process that runs the program: a new process inherits the peak of its parent, and this
# process is large.
_WATCH = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak * (1 if sys.platform == "darwin" else 1024))  # bytes there, KiB elsewhere
sys.exit(done.returncode)
"""


def peak_rss(command: Sequence[str]) -> float | None:
    """Run a program and return its peak resident memory in MB (10^6 bytes).

    If it starts other programs and waits for them, the figure is that of the largest process.
    If the system does not report memory (Windows), nothing is run and None is returned.

    Raises:
        InputError: if the program fails; the message has the last line that it wrote.
    """
    if find_spec("resource") is None:
        return None
    watched = [sys.executable, "-I", "-S", "-c", _WATCH, *command]
    output = run_program(watched, timeout=None)  # the caller limits programs that may hang
    return round(int(output) / 1e6, 1)
