"""A worker: holds one network, and processes one task after the other."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import perf_counter

from llcodec._memory import release_memory
from llcodec._operations import Decoding, Enhancing, Made, Make
from llcodec._outputs import remove_stale_files
from llcodec._threads import use_threads
from llcodec.batch.manifest import Row, Whole
from llcodec.batch.recognising import is_whole
from llcodec.batch.results import TooLargeError, failed, filled, hexdigest
from llcodec.batch.shard_work import ShardWork
from llcodec.batch.sizes import megapixels
from llcodec.batch.tasks import Outcome, Settings, Task
from llcodec.imaging import format_for
from llcodec.imaging.optional import RAW
from llcodec.stores.shards import Member
from llcodec.stores.store import open_store


class Worker:
    """Does tasks. Two threads may call it: one reads or writes while the other computes.

    Raises:
        InputError, ModelError: when an option or the model cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        use_threads(settings.threads)
        self._settings = settings
        self._make: Make = settings.operation.load()
        self._computing = Lock()
        self._folders: set[Path] = set()

    def do(self, task: Task, allowed: float) -> Outcome:
        """Process a task, and return its rows, which include errors.

        Args:
            task: the task.
            allowed: the most megapixels that a picture may have.
        """
        start, row = perf_counter(), Row(task.source, task.target)
        try:
            self._tidy(task.target)
            if task.whole is not None and _holds(task.target, task.whole):
                return Outcome(kept=1)
            if self._settings.shards:
                return Outcome(ShardWork(self._settings, self.compute, task, allowed).rows())
            return Outcome((self._picture(task, row, allowed),))
        except TooLargeError as large:
            return Outcome(too_large=large.megapixels)
        except Exception as error:
            row = replace(row, bytes_in=task.size)
            return Outcome((failed(row, error, perf_counter() - start),))

    def _picture(self, task: Task, row: Row, allowed: float) -> Row:
        start = perf_counter()
        store, path = open_store(task.source)
        data = store.read(path, task.size)
        row = replace(row, bytes_in=len(data))
        old = is_whole(task.target, self._settings) if task.look else None
        if old is not None:
            return filled(row, old, perf_counter() - start)
        made = self.compute(Member(path, data), task.target, allowed)
        if task.target:
            store, path = open_store(task.target)
            store.write(path, made.data, overwrite=task.overwrite)
        return filled(row, made, perf_counter() - start)

    def compute(self, file: Member, name: str, allowed: float) -> Made:
        """Do the operation with a file, when no other thread does it.

        Args:
            file: the file.
            name: name of the output.
            allowed: the most megapixels that it may have.

        Raises:
            TooLargeError: when it has more.
            Exception: whatever goes wrong.
        """
        operation = self._settings.operation
        with _readable(file) as source:
            size = megapixels(source, operation.max_pixels)
            if size > allowed:
                raise TooLargeError(size)
            pictures = isinstance(operation, Decoding | Enhancing)
            format = format_for(self._settings.format or Path(name)) if pictures else ""
            with self._computing:
                try:
                    return self._make(source, format)
                finally:
                    release_memory()

    def _tidy(self, target: str) -> None:
        """Remove partial files of killed workers from the folder of an output, if it is local."""
        store, path = open_store(target) if target else (None, "")
        folder = Path(path).parent
        if store is not None and store.local and folder not in self._folders:
            self._folders.add(folder)
            remove_stale_files([folder])


@contextmanager
def _readable(file: Member) -> Iterator[Path | bytes]:
    """Yield what to read: the bytes, or for RAW files, some of which only a name tells, a path."""
    if file.suffix not in RAW.suffixes:
        yield file.data
        return
    with tempfile.TemporaryDirectory(prefix="llc-raw-") as folder:
        path = Path(folder, f"picture{file.suffix}")
        path.write_bytes(file.data)
        yield path


def _holds(target: str, whole: Whole) -> bool:
    """Return whether an output exists with the size and the checksum of the manifest."""
    if not target:
        return True
    store, path = open_store(target)
    entry = store.find(path)
    if entry is None or entry.size != whole.bytes_out:
        return False
    with store.opened(path) as stream:
        return hexdigest(stream) == whole.sha256
