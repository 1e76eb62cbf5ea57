"""Reading inputs of the command line, within limits."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from llcodec._limits import MAX_INPUT_BYTES
from llcodec._reading import read_path, read_stream
from llcodec.errors import InputError

if TYPE_CHECKING:
    from llcodec.imaging import Picture

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


def read_image(path: str, max_pixels: int) -> "Picture":
    """Return the image of a file, a named pipe or, for ``-``, of standard input.

    What libraries in C print meanwhile is dropped: their errors are raised as well.

    Raises:
        InputError: when it cannot be read.
        LlcError: as :func:`llcodec.read_picture` does.
    """
    from llcodec.imaging import read_picture

    source = picture_source(path)
    with _muted_stderr():
        return read_picture(source, max_pixels=max_pixels)


@contextmanager
def _muted_stderr() -> Iterator[None]:
    """Point the descriptor of standard error to nothing."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    try:
        with open(os.devnull, "wb") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        raise InputError("standard input is a terminal: give a file, or pipe one in")
    return sys.stdin.buffer
