"""Reading inputs of the command line, within limits."""

import sys
from pathlib import Path
from typing import BinaryIO, Final

from llcodec._limits import MAX_INPUT_BYTES
from llcodec._reading import read_path, read_stream
from llcodec.errors import InputError

STREAM: Final = "-"
"""The name of standard input, and of standard output."""


def read_input(path: str, limit: int = MAX_INPUT_BYTES) -> bytes:
    """Return the bytes of a file, a named pipe or, for ``-``, of standard input.

    Raises:
        InputError: when it cannot be read, or has more than ``limit`` bytes.
    """
    if path != STREAM:
        return read_path(Path(path), limit)
    try:
        return read_stream(_stdin(), limit)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


def picture_source(path: str) -> Path | bytes:
    """Return the source of an image: its path, or its bytes if it can be read only once."""
    return Path(path) if path != STREAM and Path(path).is_file() else read_input(path)


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        raise InputError("standard input is a terminal: give a file, or pipe one in")
    return sys.stdin.buffer
