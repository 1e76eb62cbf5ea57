"""Half-written files: hidden, removed whatever happens, and cleared away after a kill.

A part is called ``.NAME.PROCESS.RANDOM.part`` and lies beside the file that it becomes. Whoever
writes it holds a lock on it. SIGKILL or a power cut leaves it behind without one: the next run that
writes into the folder removes it. (Not on Windows, which has no such locks.)
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

if sys.platform != "win32":
    import fcntl

_NAME: Final = re.compile(r"\..{1,40}\.\d+\.[0-9a-f]{8}\.part", re.DOTALL)

_own: set[Path] = set()


@contextmanager
def part_of(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a part of a file; at the end it is removed, should it still be there.

    Raises:
        OSError: when it cannot be made.
    """
    part, stream = _new(path)
    try:
        with stream:
            yield part, stream
    finally:
        _remove(part)


def remove_parts() -> None:
    """Remove every part of this process. For its end: a signal may come outside of any ``try``."""
    for part in tuple(_own):
        _remove(part)


def clear_away(folders: Iterable[Path]) -> None:
    """Remove the parts in these folders that nobody writes any more."""
    if sys.platform == "win32":
        return
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    _clear(Path(entry.path))


def _new(path: Path) -> tuple[Path, BinaryIO]:
    while True:
        part = path.with_name(f".{path.name[:40]}.{os.getpid()}.{os.urandom(4).hex()}.part")
        _own.add(part)
        try:
            stream = part.open("xb")
        except OSError:
            _own.discard(part)
            raise
        if _hold(stream):
            return part, stream
        stream.close()
        _own.discard(part)


def _remove(part: Path) -> None:
    with suppress(OSError):
        part.unlink()
    _own.discard(part)


def _hold(stream: BinaryIO) -> bool:
    """Lock a file; whether it is still there then: without its lock it looked left behind."""
    if sys.platform == "win32":
        return True
    with suppress(OSError):  # file systems without locks: there, nothing is ever cleared away
        fcntl.flock(stream, fcntl.LOCK_EX)
    return os.fstat(stream.fileno()).st_nlink > 0


def _clear(part: Path) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError), part.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()
