"""Writing files whole or not at all, and clearing away the partial files that a kill leaves.

A file is written under a hidden name beside its own, ``.NAME.PROCESS.RANDOM.part``, and gets its
name when it is complete. Whoever writes a partial file holds a lock on it. SIGKILL or a power cut
leaves it behind without one: the next run that writes into the folder removes it. (Not on Windows,
which has no such locks.)
"""

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from llcodec.errors import OutputError

if sys.platform != "win32":
    import fcntl

_NAME: Final = re.compile(r"\..{1,40}\.\d+\.[0-9a-f]{8}\.part", re.DOTALL)

# What file systems say that cannot make hard links, or cannot flush.
_UNSUPPORTED: Final = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
)

_own: set[Path] = set()


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        OutputError: when it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {path}: {error.strerror or error}") from error


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a hidden name beside ``path`` to write to; at the end the file gets its own name.

    The hidden file is there already, empty and locked. Folders are made as needed, and a file that
    is there already is replaced. When something goes wrong, no partial file is left behind.

    Raises:
        OutputError: when the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial_file(path) as (partial, stream):
            _let_rename(stream)
            yield partial
            partial.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def write_bytes(path: Path, data: bytes | memoryview, *, overwrite: bool) -> None:
    """Write a file and flush it to the disk.

    Where ``overwrite`` is set, a link stays one: the file that it leads to is replaced.

    Raises:
        FileExistsError: when the file is there already and ``overwrite`` is not set.
        OSError: when it cannot be written.
    """
    if overwrite:
        path = Path(os.path.realpath(path))
    with partial_file(path) as (partial, stream):
        stream.write(data)
        stream.flush()
        _flush_to_disk(stream)
        _let_rename(stream)
        if overwrite:
            partial.replace(path)
        else:
            _name(partial, path)


@contextmanager
def partial_file(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a partial file for ``path``; at the end it is removed, should it still be there.

    Raises:
        OSError: when it cannot be made.
    """
    partial, stream = _new(path)
    try:
        with stream:
            yield partial, stream
    finally:
        _remove(partial)


def remove_partial_files() -> None:
    """Remove all partial files of this process.

    For the end of the process, since a signal may arrive where no ``finally`` stands.
    """
    for partial in tuple(_own):
        _remove(partial)


def remove_stale_files(folders: Iterable[Path]) -> None:
    """Remove the partial files in these folders that nobody writes any more."""
    if sys.platform == "win32":
        return
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    _remove_if_stale(Path(entry.path))


def _new(path: Path) -> tuple[Path, BinaryIO]:
    while True:
        partial = path.with_name(f".{path.name[:40]}.{os.getpid()}.{os.urandom(4).hex()}.part")
        _own.add(partial)
        try:
            stream = partial.open("xb")
        except OSError:
            _own.discard(partial)
            raise
        if _lock(stream):
            return partial, stream
        stream.close()
        _own.discard(partial)


def _remove(partial: Path) -> None:
    with suppress(OSError):
        partial.unlink()
    _own.discard(partial)


def _lock(stream: BinaryIO) -> bool:
    """Lock a new file; return whether it is still there (without its lock it looked stale)."""
    if sys.platform == "win32":
        return True
    with suppress(OSError):  # file systems without locks: there, nothing is ever cleared away
        fcntl.flock(stream, fcntl.LOCK_EX)
    return os.fstat(stream.fileno()).st_nlink > 0


def _remove_if_stale(partial: Path) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError), partial.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        partial.unlink()


def _flush_to_disk(stream: BinaryIO) -> None:
    try:
        os.fsync(stream.fileno())
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def _let_rename(stream: BinaryIO) -> None:
    if sys.platform == "win32":
        stream.close()  # an open file cannot be renamed there


def _name(partial: Path, path: Path) -> None:
    """Give a finished file its name unless something has it: in one step, without a race."""
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        if path.exists() or path.is_symlink():
            raise FileExistsError(errno.EEXIST, "File exists", str(path)) from None
        partial.replace(path)
