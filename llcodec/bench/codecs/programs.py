"""Running the programs of others, from their input to what they write to their standard output."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from llcodec.errors import InputError


def run_program(command: Sequence[str], given: bytes = b"") -> bytes:
    """Run a program, give it its standard input, and return its standard output.

    Raises InputError with the last thing that it said if it fails, or if it cannot be started.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False)
    except OSError as error:
        raise InputError(f"{name} cannot be started: {error.strerror or error}") from error
    if done.returncode != 0:
        said = last_line(done.stderr) or last_line(done.stdout) or "it said nothing"
        raise InputError(f"{name} failed (exit code {done.returncode}): {said}")
    return done.stdout


def last_line(output: bytes) -> str:
    """Return the last line of a program's output that holds anything, or nothing."""
    lines = output.decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
