"""Read files of bounded size from paths, bytes and file objects."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import IO, BinaryIO, Final

from llcodec._limits import MAX_INPUT_BYTES
from llcodec.errors import InputError, LlcError

_PIECE: Final = 1 << 20

FileSource = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path, the bytes of a file, or a binary file object."""


def read_source(source: FileSource) -> bytes:
    """Return the bytes of a file.

    Args:
        source: its path, its bytes, or a binary file object, which is read to its end.

    Raises:
        InputError: when it cannot be read, or is longer than ``MAX_INPUT_BYTES``.
        TypeError: when the source has another type.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | PathLike):
        return read_path(Path(source))
    if not callable(getattr(source, "read", None)):
        raise TypeError(
            "an .llc file must be given as a path, as bytes or as a binary file object, "
            f"not as {type(source).__name__}"
        )
    try:
        return read_stream(source)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


@contextmanager
def names_file(source: object, *kinds: type[LlcError]) -> Iterator[None]:
    """Add the path of a file to errors of these kinds, if ``source`` is a path."""
    try:
        yield
    except kinds as error:
        if not isinstance(source, str | PathLike):
            raise
        raise type(error)(f"{fspath(source)}: {error}") from error


def read_path(path: Path, limit: int = MAX_INPUT_BYTES) -> bytes:
    """Return the bytes of a file or a named pipe.

    Raises:
        InputError: when it cannot be read, or has more than ``limit`` bytes.
    """
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > limit:  # 0 unless it is a regular file
                raise _too_long(limit)
            return read_stream(stream, limit)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


def read_stream(stream: IO[bytes], limit: int = MAX_INPUT_BYTES) -> bytes:
    """Return the bytes of a stream, read in pieces, so that memory is proportional to its length.

    Raises:
        InputError: when there are more than ``limit`` bytes.
        TypeError: when it is a text stream.
    """
    data = bytearray()
    while piece := stream.read(_PIECE):
        if not isinstance(piece, bytes):
            raise TypeError('the file object must be binary: open it with mode "rb"')
        data += piece
        if len(data) > limit:
            raise _too_long(limit)
    return bytes(data)


def _too_long(limit: int) -> InputError:
    return InputError(f"has more than {limit >> 20:,} MiB, the most that is read")
