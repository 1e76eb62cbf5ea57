"""Reading what the user names, within bounds."""

import os
import sys
from pathlib import Path
from typing import BinaryIO, Final

from llcodec._limits import MAX_INPUT_BYTES
from llcodec.errors import InputError

STREAM: Final = "-"
"""The name of standard input, and of standard output."""

MAX_BYTES: Final = MAX_INPUT_BYTES
"""The longest input that is read into memory."""

_PIECE: Final = 1 << 20


def read_input(path: str, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file, a named pipe or, for ``-``, of standard input.

    Raises:
        InputError: when it cannot be read, or has more than ``limit`` bytes.
    """
    try:
        if path == STREAM:
            return _read(_stdin(), limit)
        with Path(path).open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > limit:  # 0 of what is no regular file
                raise _too_long(limit)
            return _read(stream, limit)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


def picture_source(path: str) -> Path | bytes:
    """Return what to read a picture from: a path, or the bytes of what can be read only once."""
    return Path(path) if path != STREAM and Path(path).is_file() else read_input(path)


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        raise InputError("standard input is a terminal: give a file, or pipe one in")
    return sys.stdin.buffer


def _read(stream: BinaryIO, limit: int) -> bytes:
    """Read piece by piece, so that memory follows what is there and not the limit."""
    data = bytearray()
    while piece := stream.read(_PIECE):
        data += piece
        if len(data) > limit:
            raise _too_long(limit)
    return bytes(data)


def _too_long(limit: int) -> InputError:
    return InputError(f"has more than {limit >> 20:,} MiB, the most that is read")
