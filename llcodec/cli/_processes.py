"""Do the jobs of a batch in several processes.

They are spawned, as threads of ONNX Runtime and PyTorch do not survive a fork. Signals of the
terminal go to the first process alone, which ends the others and removes their partial files.
"""

import os
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Self

from llcodec._outputs import remove_partial_files, remove_stale_files
from llcodec._threads import announce_threads, thread_count
from llcodec.cli._plan import Job, Plan
from llcodec.cli._problems import explain
from llcodec.cli._sources import file_key
from llcodec.cli._work import Outcome, Outcomes, Prepare, Refuse, Worker, attempt

_OF_TERMINALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)
)


def side_by_side(
    plan: Plan, prepare: Prepare, refuse: Refuse, processes: int, threads: int | None
) -> Outcomes:
    """Do jobs in several processes, a few ahead of what is yielded, in their order.

    A job is not begun while another one writes to the same file. If a process dies, the jobs that
    were in work are done again, one by one.

    Args:
        plan: what to do, and in which folders outputs lie.
        prepare: each process calls it once.
        refuse: called for each job before it begins, after all that write to its file are done.
        processes: how many.
        threads: of each process; by default, the CPUs are shared out.
    """
    announce_threads(threads or max(1, thread_count() // processes))
    waiting: deque[tuple[Job, Future[Outcome] | Outcome]] = deque()
    with _Crew(prepare, processes, plan.folders) as crew:
        for job in plan.jobs:
            while len(waiting) >= 2 * processes or _clashes(job, waiting):
                yield crew.finish(*waiting.popleft())
            waiting.append((job, refuse(job) or crew.start(job)))
        while waiting:
            yield crew.finish(*waiting.popleft())


class _Crew:
    """Processes that do jobs. Use as a context manager; its end ends them.

    ``folders``: where partial files may be left by those that end in the middle of one.
    """

    def __init__(self, prepare: Prepare, processes: int, folders: frozenset[Path]) -> None:
        self._prepare, self._processes, self._folders = prepare, processes, folders
        self._pool = self._new()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is not None:
            for process in tuple(self._pool._processes.values()):  # Python 3.14 has a method
                process.terminate()
        self._pool.shutdown(cancel_futures=True)
        remove_stale_files(self._folders)

    def start(self, job: Job) -> "Future[Outcome]":
        """Have a process do a job."""
        try:
            with _signals_blocked():
                return self._pool.submit(_do, self._prepare, job)
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = self._new()
            return self.start(job)

    def finish(self, job: Job, outcome: "Future[Outcome] | Outcome") -> tuple[Job, Outcome]:
        """Wait for a job, and return what came of it."""
        if isinstance(outcome, Outcome):
            return job, outcome
        try:
            return job, outcome.result()
        except BrokenProcessPool:
            pass  # this job, or one beside it, killed a process
        try:
            return job, self.start(job).result()
        except BrokenProcessPool as error:
            return job, Outcome(None, *explain(error))

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._processes, get_context("spawn"), _begin)


def _clashes(job: Job, waiting: "Sequence[tuple[Job, object]]") -> bool:
    """Return whether one of these jobs may write to the file of this one."""
    return any(_keys(job) & _keys(other) for other, _ in waiting)


def _keys(job: Job) -> set[object]:
    """Return keys of the output: of its file, if it exists, and of its name on any file system."""
    if not job.target:
        return set()
    name, key = os.path.realpath(job.target).casefold(), file_key(job.target)
    return {name} if key is None else {name, key}


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Put off signals of terminals; processes that are started meanwhile never get them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_TERMINALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Prepare a new process: it ends with the first one."""
    warnings.simplefilter("ignore")
    for number in _OF_TERMINALS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    remove_partial_files()
    os._exit(1)


def _do(prepare: Prepare, job: Job) -> Outcome:
    try:
        worker = _worker(prepare)
    except Exception as error:
        return Outcome(None, *explain(error), ready=False)
    return attempt(worker, job)


@lru_cache(maxsize=1)
def _worker(prepare: Prepare) -> Worker:
    return prepare()
