"""Load what a command does with each file, in this process or in another."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from llcodec._operations import Make
from llcodec._threads import use_threads
from llcodec.cli._batch import written
from llcodec.cli._pictures import PictureFile
from llcodec.cli._plan import Job
from llcodec.cli._report import Record
from llcodec.cli._work import Worker


class Operation(Protocol):
    """The options of a command; see :mod:`llcodec._operations`."""

    def load(self) -> Make:
        """Load the networks, and return what makes an output."""


@dataclass(frozen=True)
class Loader:
    """Loads an operation, and returns what does it to one file after another.

    Attributes:
        operation: what to do with each file.
        read: returns the source of a path of the command line.
        threads: of the networks; None for one per core.
        force: overwrite existing files.
        file: how images are written; None for ``.llc`` files.
    """

    operation: Operation
    read: Callable[[str], Path | bytes]
    threads: int | None
    force: bool
    file: PictureFile | None = None

    def __call__(self) -> Worker:
        use_threads(self.threads)
        return _EachFile(self.operation.load(), self.read, self.force, self.file)


@dataclass(frozen=True)
class _EachFile:
    """Reads a file, makes the output from it and writes that."""

    make: Make
    read: Callable[[str], Path | bytes]
    force: bool
    file: PictureFile | None

    def __call__(self, job: Job) -> Record:
        format = "" if self.file is None else self.file.format_of(job)
        return written(job, self.make(self.read(job.source), format), force=self.force)
