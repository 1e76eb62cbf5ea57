"""Do the jobs of a batch in several processes."""

import os
import warnings
from collections import deque
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache

from llcodec._outputs import remove_stale_files
from llcodec._threads import announce_threads, thread_count
from llcodec._worker_processes import WorkerProcesses
from llcodec.cli._plan import Job, Plan
from llcodec.cli._problems import explain
from llcodec.cli._sources import file_key
from llcodec.cli._work import Outcome, Outcomes, Prepare, Refuse, Worker, attempt


def side_by_side(
    plan: Plan, prepare: Prepare, refuse: Refuse, processes: int, threads: int | None
) -> Outcomes:
    """Do jobs in several processes, a few ahead of what is yielded, in their order.

    A job is not begun while another one writes to the same file. If a process dies, its job is
    done once more, alone.

    Args:
        plan: what to do, and in which folders outputs lie.
        prepare: each process calls it once.
        refuse: called for each job before it begins, after all that write to its file are done.
        processes: how many.
        threads: of each process; by default, the CPUs are shared out.
    """
    announce_threads(threads or max(1, thread_count() // processes))
    try:
        with WorkerProcesses(processes, _ignore_warnings) as workers:
            crew = _Crew(workers, prepare)
            for job in plan.jobs:
                while len(crew.waiting) >= 2 * processes or crew.clashes(job):
                    yield crew.finish()
                crew.start(job, refuse(job))
            while crew.waiting:
                yield crew.finish()
    finally:
        remove_stale_files(plan.folders)  # left by those that ended in the middle of one


class _Crew:
    """Processes, and the jobs that they were given, the oldest first."""

    def __init__(self, workers: WorkerProcesses, prepare: Prepare) -> None:
        self._workers, self._prepare = workers, prepare
        self.waiting: deque[tuple[Job, Future[Outcome] | Outcome]] = deque()

    def start(self, job: Job, refused: Outcome | None) -> None:
        """Have a process do a job that is not refused."""
        self.waiting.append((job, refused or self._submit(job)))

    def finish(self) -> tuple[Job, Outcome]:
        """Wait for the oldest job, and return what came of it."""
        job, outcome = self.waiting.popleft()
        if isinstance(outcome, Outcome):
            return job, outcome
        try:
            return job, outcome.result()
        except BrokenProcessPool:
            wait([f for _, f in self.waiting if isinstance(f, Future)])
        try:
            return job, self._submit(job).result()  # alone, there may be enough memory
        except BrokenProcessPool as error:
            return job, Outcome(None, *explain(error))

    def clashes(self, job: Job) -> bool:
        """Return whether a waiting job may write to the file of this one."""
        return any(_keys(job) & _keys(other) for other, _ in self.waiting)

    def _submit(self, job: Job) -> "Future[Outcome]":
        return self._workers.submit(_do, self._prepare, job)


def _keys(job: Job) -> set[object]:
    """Return keys of the output: of its file, if it exists, and of its name on any file system."""
    if not job.target:
        return set()
    name, key = os.path.realpath(job.target).casefold(), file_key(job.target)
    return {name} if key is None else {name, key}


def _ignore_warnings() -> None:
    warnings.simplefilter("ignore")


def _do(prepare: Prepare, job: Job) -> Outcome:
    try:
        worker = _worker(prepare)
    except Exception as error:
        return Outcome(None, *explain(error), ready=False)
    return attempt(worker, job)


@lru_cache(maxsize=1)
def _worker(prepare: Prepare) -> Worker:
    return prepare()
