"""Run a batch: report each failure and continue."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from llcodec._memory import release_memory
from llcodec._outputs import make_folder, remove_stale_files
from llcodec.cli._collector import resume_collector
from llcodec.cli._exit_codes import DAMAGED
from llcodec.cli._output import copy_times, write_output
from llcodec.cli._plan import Job, Plan
from llcodec.cli._problems import explain
from llcodec.cli._report import Record, Reporter, Style
from llcodec.cli._sources import Failure, file_key
from llcodec.errors import MissingLibraryError, OutputError, OutputExistsError

if TYPE_CHECKING:
    from llcodec._operations import Made

Worker = Callable[[Job], Record]
"""Does one job and returns its record."""


def run_batch(
    plan: Plan,
    prepare: Callable[[], Worker],
    describe: Callable[[Record], str],
    style: Style,
) -> int:
    """Run all jobs of a plan and return the exit code.

    Files that need a library which is not installed are reported at the end.

    Args:
        plan: what to do.
        prepare: loads what the jobs need; called only if there are jobs.
        describe: returns the text of a record.
        style: how to report.
    """
    remove_stale_files(plan.folders)
    unread = [f for f in plan.failures if isinstance(f.error, MissingLibraryError)]
    with Reporter(style, plan.total, describe) as reporter:
        codes = list(_refuse([f for f in plan.failures if f not in unread], reporter))
        for job in plan.skipped:
            reporter.skipped({"path": job.source, "output": job.target, "skipped": True})
        if plan.jobs:
            codes.extend(_work(plan, prepare, reporter))
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


def _work(plan: Plan, prepare: Callable[[], Worker], reporter: Reporter) -> Iterator[int]:
    """Yield the exit code of every job that fails."""
    try:
        worker = prepare()
    except Exception as error:
        message, code = explain(error)
        reporter.failed(None, message)
        yield from [code] * len(plan.jobs)
        return
    written: dict[tuple[int, int], Job] = {}
    for job in plan.jobs:
        try:
            _check_unwritten(job, written)
            record = worker(job)
            resume_collector()
        except BrokenPipeError:
            raise
        except Exception as error:
            resume_collector()
            message, code = explain(error)
            reporter.failed(job.source, message)
            yield code
        else:
            key = file_key(job.target)
            if key is not None:
                written[key] = job
            reporter.done(record)
            release_memory()
            if record.get("problems"):
                yield DAMAGED


def _check_unwritten(job: Job, written: Mapping[tuple[int, int], Job]) -> None:
    """Check that a target is not an output of this batch under another name.

    Links and case-insensitive file systems can cause that; the plan cannot know.

    Raises:
        OutputError: when it is.
    """
    key = file_key(job.target)
    before = written.get(key) if key is not None else None
    # Inode numbers are reused: another process may have replaced the earlier file.
    if before is not None and file_key(before.target) == key:
        raise OutputError(
            f"would overwrite {job.target}, which {before.source} was just written to: "
            "convert them one at a time"
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
