"""Writing outputs of the command line."""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from llcodec._outputs import write_bytes
from llcodec.cli._input import STREAM
from llcodec.errors import OutputError, OutputExistsError

Data = bytes | memoryview


def write_output(path: str, data: Data, *, force: bool) -> None:
    """Write a file, or standard output for ``-``.

    A file appears under its name when it is complete; a failure before that, or a
    signal, leaves nothing behind. Devices and pipes are written to directly.

    Raises:
        OutputExistsError: when the file exists and ``force`` is not set.
        OutputError: when it cannot be written.
        BrokenPipeError: when the reader of standard output has gone.
    """
    if path == STREAM:
        _write_stdout(data)
        return
    try:
        if is_special(Path(path)):
            with Path(path).open("wb") as stream:
                stream.write(data)
        else:
            write_bytes(Path(path), data, overwrite=force)
    except FileExistsError:
        raise exists(Path(path)) from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def copy_times(source: str, target: str) -> None:
    """Give a file the times of another: of the last access and of the last change.

    Raises:
        OutputError: when that fails.
    """
    try:
        found = Path(source).stat()
        os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))
    except OSError as error:
        raise OutputError(f"cannot keep the time of {target}: {error.strerror or error}") from error


def check_writable(path: str, folder: Path | None) -> None:
    """Check in advance that a file can be written.

    Args:
        path: where the file is to be written.
        folder: the folder that may be created for it, if any.

    Raises:
        OutputError: when a folder is missing or cannot be created, or permissions forbid it.
    """
    target = Path(path)
    if is_special(target):
        if not os.access(target, os.W_OK):
            raise OutputError(f"cannot write {path}: {_denial(target)}")
        return
    parent = Path(os.path.realpath(target)).parent
    while folder is not None and not (parent.exists() or parent.is_symlink()):
        parent = parent.parent
    if not parent.is_dir():
        problem = f"{parent} is not a folder" if parent.exists() else f"there is no folder {parent}"
        raise OutputError(f"cannot write {path}: {problem}")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {path}: {_denial(parent)}")


def _denial(path: Path) -> str:
    """Return why a file or a folder that exists is not writable."""
    if sys.platform != "win32" and os.statvfs(path).f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    return os.strerror(errno.EACCES)


def is_special(path: Path) -> bool:
    """Return whether a path is a device, a pipe or a socket, which is never replaced."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def check_stdout() -> None:
    """Check that standard output can take binary data, before there is any.

    Raises:
        OutputError: when it is closed, or a terminal.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    if sys.stdout.isatty():
        raise OutputError("standard output is a terminal: give -o FILE, or pipe it somewhere")


def _write_stdout(data: Data) -> None:
    check_stdout()
    stream: BinaryIO = sys.stdout.buffer
    try:
        stream.write(data)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write standard output: {error.strerror}") from error


def exists(path: Path | str) -> OutputExistsError:
    """Return the error for an output that exists."""
    return OutputExistsError(f"{path} exists already (--force overwrites it)")
