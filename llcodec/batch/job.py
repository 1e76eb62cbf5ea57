"""Run a job: find the files, give them to workers, and write the manifest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from llcodec.batch.counts import Counts
from llcodec.batch.crew import Cluster, Crew
from llcodec.batch.dispatch import Dispatcher
from llcodec.batch.job_file import check_same, describe
from llcodec.batch.manifest import ManifestWriter, Row, has_manifest, read_done, read_failed
from llcodec.batch.planning import Planner, normal
from llcodec.batch.rooms import Rooms
from llcodec.batch.sources import Found, Wanted, find
from llcodec.batch.tasks import Settings, Task
from llcodec.errors import InputError
from llcodec.stores.shard_names import SHARD
from llcodec.stores.store import joined

_AHEAD: Final = 100_000  # files listed before the work begins, to know how many there are


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        source: what to read: a folder, a file, a glob, a list or shards; None with ``retry``.
        target: URL of the folder of outputs.
        settings: what to do with each file.
        wanted: what to look for in the source.
        manifest: URL of the folder of the manifest; by default, ``_manifest`` in the target.
        force: overwrite outputs that exist.
        resume: continue the job of the manifest.
        retry: URL of a manifest, whose failed files are done again.
        max_megapixels: in work on one node at once.
    """

    source: str | None
    target: str
    settings: Settings
    wanted: Wanted
    manifest: str | None = None
    force: bool = False
    resume: bool = False
    retry: str | None = None
    max_megapixels: float | None = None

    @property
    def folder(self) -> str:
        """URL of the folder of the manifest."""
        return self.manifest or self.retry or joined(normal(self.target), "_manifest")


Watch = Callable[[Counts, tuple[Row, ...], str], None]
"""Called with the counts, new rows, and a message, often and at least once a second."""


def run(job: Job, cluster: Cluster, watch: Watch) -> Counts:
    """Run a job, and return its counts.

    Whatever ends it, a signal included, the rows so far are in the manifest.

    Raises:
        LlcError: when nothing can be done: the source or the manifest cannot be read, the
            cluster is not there, or no worker can load the model.
    """
    planned = _planned(job)
    counts = planned.counts
    writer = ManifestWriter(job.folder)
    try:
        with Crew(cluster, planned.settings) as crew:
            if crew.dashboard:
                watch(counts, (), f"Ray's dashboard: http://{crew.dashboard}")
            dispatcher = Dispatcher(crew, planned.tasks, Rooms(job.max_megapixels))
            died = 0
            for outcome in dispatcher.run():
                for row in outcome.rows:
                    writer.add(row)
                writer.end_part_if_due()
                counts.add(outcome)
                deaths, died = dispatcher.deaths - died, dispatcher.deaths
                watch(counts, outcome.rows, f"{deaths} workers died; replaced" if deaths else "")
    finally:
        writer.close()
    return counts


@dataclass(frozen=True)
class Planned:
    """The tasks of a job, its counts, and the settings of its workers."""

    tasks: Iterator[Task | Row]
    counts: Counts
    settings: Settings


def _planned(job: Job) -> Planned:
    """Check a job against the manifest, and return its tasks."""
    target = normal(job.target)
    if job.retry is not None:
        check_same(job.retry, job.settings)
        failed = list(read_failed(job.retry))
        shards = any(row.source.endswith(SHARD) for row in failed)
        planner = Planner(replace(job.settings, shards=shards), target, overwrite=True)
        return Planned(planner.again(iter(failed)), Counts(total=len(failed)), planner.settings)
    if job.source is None:
        raise InputError("give a SOURCE, or --retry-failed MANIFEST")
    if has_manifest(job.folder):
        if not (job.resume or job.force):
            raise InputError(
                f"{job.folder} holds the manifest of an earlier job: --resume continues it, "
                "--force processes everything again"
            )
        if job.resume:
            check_same(job.folder, job.settings)
    without = {target, normal(job.folder)}
    found = find(job.source, replace(job.wanted, without=frozenset(without)))
    done = read_done(job.folder) if job.resume else None
    describe(job.folder, job.source, job.settings)
    settings = replace(job.settings, shards=found.shards)
    planner = Planner(settings, target, overwrite=job.force, done=done)
    return Planned(*_counted(planner.tasks(found), found), settings)


def _counted(tasks: Iterator[Task | Row], found: Found) -> tuple[Iterator[Task | Row], Counts]:
    """Return tasks, and counts with their number if the sources end soon or say how many."""
    if found.total is not None:
        return tasks, Counts(total=found.total)
    ahead = list(islice(tasks, _AHEAD))
    counts = Counts(total=len(ahead) if len(ahead) < _AHEAD else None)
    return _counting(ahead, tasks, counts), counts


def _counting(
    ahead: list[Task | Row], tasks: Iterator[Task | Row], counts: Counts
) -> Iterator[Task | Row]:
    total = 0
    for task in chain(ahead, tasks):
        total += 1
        yield task
    counts.total = total
