"""Do the jobs of a batch, in this process or in several; what happened comes in their order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from llcodec._memory import release_memory
from llcodec.cli._plan import Job
from llcodec.cli._problems import explain
from llcodec.cli._report import Record

Worker = Callable[[Job], Record]
"""Does one job and returns its record."""

Prepare = Callable[[], Worker]
"""Loads what jobs need. To be used in other processes, it must be hashable, and fit to be sent."""

Refuse = Callable[[Job], "Outcome | None"]
"""Tells why a job must not be done, if so."""


@dataclass(frozen=True)
class Outcome:
    """What came of a job: its record, or a message and an exit code.

    Attributes:
        record: None if it failed.
        message: what went wrong.
        code: exit code of a failure.
        ready: False if what the jobs need could not be loaded, so that none can be done.
    """

    record: Record | None = None
    message: str = ""
    code: int = 0
    ready: bool = True


Outcomes = Iterator[tuple[Job, Outcome]]


def attempt(worker: Worker, job: Job) -> Outcome:
    """Do a job. Raises BrokenPipeError if nothing reads standard output any more."""
    try:
        outcome = Outcome(worker(job))
    except BrokenPipeError:
        raise
    except Exception as error:
        return Outcome(None, *explain(error))
    release_memory()
    return outcome


def one_by_one(jobs: Sequence[Job], prepare: Prepare, refuse: Refuse) -> Outcomes:
    """Do jobs in this process."""
    try:
        worker = prepare()
    except Exception as error:
        yield jobs[0], Outcome(None, *explain(error), ready=False)
        return
    for job in jobs:
        yield job, refuse(job) or attempt(worker, job)
