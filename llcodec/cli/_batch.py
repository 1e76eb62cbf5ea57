"""Run a batch: report each failure and continue."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

from llcodec._outputs import make_folder, remove_stale_files
from llcodec.cli._collector import resume_collector
from llcodec.cli._exit_codes import DAMAGED, FAILED
from llcodec.cli._input import STREAM
from llcodec.cli._output import copy_times, write_output
from llcodec.cli._plan import Job, Plan
from llcodec.cli._problems import explain
from llcodec.cli._report import Record, Reporter, Style
from llcodec.cli._sources import Failure, file_key
from llcodec.cli._work import Outcome, Prepare, Refuse, one_by_one
from llcodec.errors import MissingLibraryError, OutputExistsError

if TYPE_CHECKING:
    from llcodec._operations import Made


@dataclass(frozen=True)
class Share:
    """In how many processes the jobs of a batch are done, and how many threads each has.

    ``threads``: None shares out the CPUs.
    """

    processes: int = 1
    threads: int | None = None


ALONE: Final = Share()
"""All in this process."""


def run_batch(
    plan: Plan,
    prepare: Prepare,
    describe: Callable[[Record], str],
    style: Style,
    share: Share = ALONE,
) -> int:
    """Run all jobs of a plan and return the exit code.

    Files that need a library which is not installed are reported at the end.

    Args:
        plan: what to do.
        prepare: loads what the jobs need; called only if there are jobs.
        describe: returns the text of a record.
        style: how to report.
        share: in how many processes.
    """
    remove_stale_files(plan.folders)
    unread = [f for f in plan.failures if isinstance(f.error, MissingLibraryError)]
    with Reporter(style, plan.total, describe) as reporter:
        codes = list(_refuse([f for f in plan.failures if f not in unread], reporter))
        for job in plan.skipped:
            reporter.skipped({"path": job.source, "output": job.target, "skipped": True})
        if plan.jobs:
            codes.extend(_work(plan, prepare, reporter, share))
        codes.extend(_refuse(unread, reporter))
        failures = [code for code in codes if code != DAMAGED]
        refused = any(isinstance(f.error, OutputExistsError) for f in plan.failures)
        reporter.sum_up(failed=len(failures), skipped=len(plan.skipped), refused=refused)
    return max(failures or codes, default=0)


def _refuse(failures: Iterable[Failure], reporter: Reporter) -> Iterator[int]:
    for failure in failures:
        message, code = explain(failure.error)
        reporter.failed(failure.path, message)
        yield code


def _work(plan: Plan, prepare: Prepare, reporter: Reporter, share: Share) -> Iterator[int]:
    """Yield the exit code of every job that fails."""
    files = _Files()
    left = len(plan.jobs)
    with closing(_outcomes(plan, prepare, files.refuse, share)) as outcomes:
        for job, outcome in outcomes:
            resume_collector()
            if not outcome.ready:
                reporter.failed(None, outcome.message)
                yield from [outcome.code] * left
                return
            left -= 1
            if outcome.record is None:
                reporter.failed(job.source, outcome.message)
                yield outcome.code
                continue
            files.add(job)
            reporter.done(outcome.record)
            if outcome.record.get("problems"):
                yield DAMAGED


def _outcomes(
    plan: Plan, prepare: Prepare, refuse: Refuse, share: Share
) -> Generator[tuple[Job, Outcome]]:
    processes = min(share.processes, len(plan.jobs))
    if processes < 2 or any(STREAM in (job.source, job.target) for job in plan.jobs):
        yield from one_by_one(plan.jobs, prepare, refuse)
        return
    from llcodec.cli._processes import side_by_side  # not before it is needed: it is slow

    yield from side_by_side(plan, prepare, refuse, processes, share.threads)


class _Files:
    """The outputs of this batch, to see that none is written again under another name.

    Links and case-insensitive file systems can cause that; the plan cannot know.
    """

    def __init__(self) -> None:
        self._written: dict[tuple[int, int], Job] = {}

    def add(self, job: Job) -> None:
        """Note that the output of a job is written."""
        key = file_key(job.target)
        if key is not None:
            self._written[key] = job

    def refuse(self, job: Job) -> Outcome | None:
        """Return a failure if the output of a job is one of them."""
        key = file_key(job.target)
        before = self._written.get(key) if key is not None else None
        # Inode numbers are reused: another process may have replaced the earlier file.
        if before is None or file_key(before.target) != key:
            return None
        return Outcome(
            message=f"would overwrite {job.target}, which {before.source} was just written to: "
            "convert them one at a time",
            code=FAILED,
        )


def written(job: Job, made: "Made", *, force: bool) -> Record:
    """Write the output of a job, and return its record.

    Raises:
        OutputError: when it cannot be written.
    """
    start = perf_counter()
    deliver(job, made.data, force=force)
    seconds = made.seconds + perf_counter() - start
    return {"path": job.source, "output": job.target, **made.facts, "seconds": round(seconds, 3)}


def deliver(job: Job, data: bytes | memoryview, *, force: bool) -> None:
    """Write the output of a job.

    Raises:
        OutputError: when that fails.
    """
    if job.folder is not None:
        make_folder(job.folder)
    write_output(job.target, data, force=force)
    if job.keep_time:
        copy_times(job.source, job.target)
