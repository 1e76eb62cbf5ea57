"""Do a job of ``llc batch``, and tell how it goes."""

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from llcodec._extras import missing, not_installed
from llcodec.cli._problems import complain, print_problem
from llcodec.cli._signals import Stopped

if TYPE_CHECKING:
    from llcodec.batch.counts import Counts
    from llcodec.batch.manifest import Row
    from llcodec.batch.progress import JobProgress
    from llcodec.batch.tasks import Settings

_MOST_LINES: Final = 100  # of failures; all are in the manifest


@dataclass(frozen=True)
class Ends:
    """What is read and written, as the command line names it."""

    source: str | None
    target: str
    manifest: str | None
    retry: str | None
    column: str | None
    base: str | None


@dataclass(frozen=True)
class Run:
    """How a job runs, as the command line says."""

    resume: bool
    force: bool
    quiet: bool
    workers: int | None
    threads: int
    address: str | None
    gpus: float
    max_megapixels: float | None

    def __post_init__(self) -> None:
        if self.force and self.resume:
            raise typer.BadParameter("give one of --force and --resume")


def do_job(settings: "Settings", ends: Ends, run: Run, what: str) -> "Counts":
    """Do a job and return its counts; ``what`` names the files it reads.

    Raises:
        typer.BadParameter: when source and ``--retry-failed`` are both given, or none.
        LlcError: when nothing can be done.
    """
    from llcodec.batch.crew import Cluster
    from llcodec.batch.job import Job
    from llcodec.batch.job import run as run_job
    from llcodec.batch.progress import JobProgress
    from llcodec.batch.sources import Wanted
    from llcodec.batch.summary import summary

    if (ends.source is None) == (ends.retry is None):
        raise typer.BadParameter("give a SOURCE, or --retry-failed MANIFEST")
    absent = missing("ray", "fsspec", "pyarrow", "s3fs", "tenacity", "webdataset")
    if absent:
        raise not_installed(absent[0], "scale")
    wanted = Wanted(settings.suffixes, what, column=ends.column, base=ends.base)
    job = Job(
        ends.source,
        ends.target,
        settings,
        wanted,
        manifest=ends.manifest,
        force=run.force,
        resume=run.resume,
        retry=ends.retry,
        max_megapixels=run.max_megapixels,
    )
    cluster = Cluster(run.address, run.workers, run.threads, run.gpus)
    try:
        with JobProgress(quiet=run.quiet) as progress:
            reporter = _Reporter(progress, quiet=run.quiet)
            counts = run_job(job, cluster, reporter.watch)
    except Stopped:
        print_problem(f"to continue: {same_command()}")
        raise
    if not run.quiet or counts.failed:
        for line in summary(counts, job.folder):
            progress.print(line)
    return counts


class _Reporter:
    """Prints messages and failures while a job runs."""

    def __init__(self, progress: "JobProgress", *, quiet: bool) -> None:
        self._progress, self._quiet, self._failures = progress, quiet, 0

    def watch(self, counts: "Counts", rows: "tuple[Row, ...]", message: str) -> None:
        """Print what is new."""
        for row in rows:
            if row.error is not None:
                self._failed(row)
        if message and not self._quiet:
            self._progress.print(message)
        self._progress.show(counts)

    def _failed(self, row: "Row") -> None:
        self._failures += 1
        if self._failures <= _MOST_LINES:
            where = f"{row.source}: {row.member}" if row.member else row.source
            self._progress.print(complain(str(row.error), where))
        elif self._failures == _MOST_LINES + 1:
            self._progress.print(complain("more failures are only in the manifest"))


def same_command() -> str:
    """Return the command that continues this job."""
    words = [word for word in sys.argv[1:] if word not in ("--force", "-f", "--resume")]
    return shlex.join(["llc", *words, "--resume"])
