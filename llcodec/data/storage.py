"""Store training pictures that do not fit into memory."""

import os
import sys
import tempfile
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from llcodec.errors import InputError

_SEGMENT: Final = 1 << 30
_MODEST_MEMORY: Final = 8 << 30  # if the system does not report its memory
T = TypeVar("T", bound=np.generic)


class Store(Protocol):
    """Takes an array and returns it, or an array with equal values that is stored elsewhere."""

    def __call__(self, array: NDArray[T], /) -> NDArray[T]:
        """Return the array, or an equal one."""
        ...


def in_memory(array: NDArray[T], /) -> NDArray[T]:
    """Return the array itself."""
    return array


class SpillStore:
    """Keep arrays in memory up to a total of ``most`` bytes, and others in unnamed files.

    Such a file is mapped into memory, so that a crop of a picture reads only the crop. It is in
    ``folder``, by default that of temporary files, and is removed when the process ends for any
    reason. By default, ``most`` is half of the memory of the machine.
    """

    def __init__(
        self, most: int | None = None, folder: Path | None = None, segment: int = _SEGMENT
    ) -> None:
        self._room = _memory() // 2 if most is None else most
        self._folder = Path(tempfile.gettempdir()) if folder is None else folder
        self._segment = segment
        self._left: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._lock = Lock()

    def store(self, array: NDArray[T], /) -> NDArray[T]:
        """Return ``array``, or an equal one in a file. May be called from several threads.

        Raises InputError if there is neither enough memory nor enough disk space.
        """
        with self._lock:
            if array.nbytes <= self._room:
                self._room -= array.nbytes
                return array
            place = self._take(array.nbytes)
        twin: NDArray[T] = place.view(array.dtype).reshape(array.shape)
        twin[...] = array
        return twin

    def _take(self, size: int) -> NDArray[np.uint8]:
        if size > self._left.size:
            self._left = _mapped(max(size, self._segment), self._folder)
        aligned = -(-size // 64) * 64
        place, self._left = self._left[:size], self._left[aligned:]
        return place


def _mapped(size: int, folder: Path) -> NDArray[np.uint8]:
    """Return the bytes of a new unnamed file, whose disk space is reserved."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            _reserve(file.fileno(), size)
            return np.memmap(file, np.uint8, "r+", shape=(size,))
    except OSError as error:
        raise InputError(
            f"the training pictures need more than half of the memory, and {folder} has no room "
            f"for the others ({error.strerror}): set TMPDIR to a folder with more space"
        ) from error


def _reserve(file: int, size: int) -> None:
    # Writing to a mapped page kills the process if the disk is full.
    reserve: Any = getattr(os, "posix_fallocate", None)
    if reserve is None:
        os.ftruncate(file, size)
    else:
        reserve(file, 0, size)


def _memory() -> int:
    """Return the size of the memory of the machine, in bytes."""
    if sys.platform == "win32":
        return _MODEST_MEMORY
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
