"""Plan of a batch: which file is written for which input; conflicts are found before any work."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from llcodec._output_names import Name
from llcodec.cli._ends import Ends, without_devices
from llcodec.cli._input import STREAM
from llcodec.cli._output import check_stdout, check_writable, exists, is_special
from llcodec.cli._sources import Failure, Found, Source, file_key, identity
from llcodec.errors import LlcError, OutputError, OutputExistsError


@dataclass(frozen=True)
class Job:
    """One file to read, and one to write.

    Attributes:
        source: path of the input; ``-`` for standard input.
        target: path of the output; ``-`` for standard output, empty if there is none.
        folder: the folder to make for the output if it does not exist.
        keep_time: give the output the times of the input.
    """

    source: str
    target: str = ""
    folder: Path | None = None
    keep_time: bool = False


@dataclass(frozen=True)
class Plan:
    """The jobs of a command, and its inputs that cannot be used.

    Attributes:
        jobs: what to do, in order.
        failures: inputs that cannot be used, or whose outputs cannot be written.
        folders: the folders of outputs, refused ones included.
        skipped: jobs whose outputs exist, if these are skipped.
    """

    jobs: tuple[Job, ...]
    failures: tuple[Failure, ...]
    folders: frozenset[Path] = frozenset()
    skipped: tuple[Job, ...] = ()

    @property
    def total(self) -> int:
        """How many inputs there are."""
        return len(self.jobs) + len(self.failures) + len(self.skipped)

    def keeping_times(self) -> "Plan":
        """Return the plan whose outputs get the times of their inputs.

        Raises:
            typer.BadParameter: when one of them is a stream or a device, which has none to keep.
        """
        for job in self.jobs:
            if STREAM in (job.source, job.target) or is_special(Path(job.target)):
                raise typer.BadParameter("--keep-time needs files as input and output")
        return replace(self, jobs=tuple(replace(job, keep_time=True) for job in self.jobs))


@dataclass(frozen=True)
class Existing:
    """How to handle outputs that exist.

    Attributes:
        force: overwrite existing files.
        skip: keep them, and do not read their inputs.
        keep_suffix: name outputs ``a.jpg.llc``, not ``a.llc``.
    """

    force: bool = False
    skip: bool = False
    keep_suffix: bool = False

    def __post_init__(self) -> None:
        if self.force and self.skip:
            raise typer.BadParameter("give one of --force and --skip-existing")


@dataclass(frozen=True)
class Naming:
    """How outputs are named.

    Attributes:
        name: names outputs that the command line does not name.
        of_files: suffixes that make an output that does not exist a file, not a folder.
        existing: how to handle outputs that exist.
    """

    name: Name
    of_files: frozenset[str]
    existing: Existing = Existing()


def reading_plan(found: Found) -> Plan:
    """Return the plan of a command that writes no files."""
    return Plan(tuple(Job(source.path) for source in found.sources), tuple(found.failures))


def writing_plan(ends: Ends, found: Found, naming: Naming) -> Plan:
    """Return the plan of a command that writes one file per input.

    Args:
        ends: the inputs and the output of the command line.
        found: the files that the inputs refer to.
        naming: how outputs are named.

    Raises:
        typer.BadParameter: when the output does not fit the inputs.
        OutputError: when standard output is requested and does not accept binary data.
    """
    alone = len(ends.inputs) == 1 and all(source.named for source in found.sources)
    found = without_devices(found, ends)
    folder = _folder(ends.output, naming.of_files, alone=alone)
    jobs = [_job(source, ends.output, naming, folder) for source in found.sources]
    if folder is not None:
        jobs = _with_distinct_names(jobs, folder)
    if any(job.target == STREAM for job in jobs):
        if not alone:
            raise typer.BadParameter("standard output can take only one file")
        check_stdout()
    failures, kept, skipped = list(found.failures), [], []
    for job, error in zip(jobs, _conflicts(jobs, naming.existing), strict=True):
        if error is None:
            kept.append(job)
        elif naming.existing.skip and isinstance(error, OutputExistsError):
            skipped.append(job)
        else:
            failures.append(Failure(job.source, error))
    files = (os.path.realpath(job.target) for job in jobs if job.target != STREAM)
    folders = frozenset(Path(file).parent for file in files)
    return Plan(tuple(kept), tuple(failures), folders, tuple(skipped))


def refuse_mixed_stdout(ends: Ends, *, json: bool) -> None:
    """Check that not both a file and JSON go to standard output.

    Raises:
        typer.BadParameter: when they do.
    """
    if json and ends.to_stdout:
        raise typer.BadParameter("--json and the file cannot both go to standard output")


def _folder(output: str | None, of_files: frozenset[str], *, alone: bool) -> Path | None:
    """Return the folder of outputs, or None if there is none."""
    if output is None or output == STREAM:
        return None
    if not output:
        raise typer.BadParameter("the output has no name")
    path = Path(output)
    try:
        if path.is_dir() or output.endswith("/"):
            return path
    except OSError as error:
        raise typer.BadParameter(f"{output} cannot be an output: {error.strerror}") from None
    if alone:
        return None
    if path.exists() or path.suffix.lower() in of_files:
        end = "" if path.exists() else f": end it with / for a folder ({output}/)"
        raise typer.BadParameter(f"several files need a folder as their output, not {output}{end}")
    return path


def _job(source: Source, output: str | None, naming: Naming, folder: Path | None) -> Job:
    if folder is not None:
        place = (folder / source.place).with_name(naming.name(source.place, False))
        return Job(source.path, str(place), place.parent)
    if output is not None:
        return Job(source.path, output)
    if source.path == STREAM:
        return Job(STREAM, STREAM)
    path = Path(source.path)
    return Job(source.path, str(path.with_name(naming.name(path, True))))


def _with_distinct_names(jobs: Sequence[Job], folder: Path) -> list[Job]:
    """Rename outputs that have equal names because their inputs lie in different folders.

    ``a/x.png`` and ``b/x.png`` would both be written to ``out/x.llc``; they go to ``out/a/x.llc``
    and ``out/b/x.llc``.
    """
    alike: dict[str, list[Job]] = {}
    for job in jobs:
        alike.setdefault(job.target, []).append(job)
    return [_in_own_folder(job, alike[job.target], folder) for job in jobs]


def _in_own_folder(job: Job, alike: Sequence[Job], folder: Path) -> Job:
    if len(alike) == 1 or any(each.source == STREAM for each in alike):
        return job
    parents = {identity(each.source).parent for each in alike}
    try:
        own = identity(job.source).parent.relative_to(os.path.commonpath(parents))
    except ValueError:  # on different drives
        return job
    target = folder / own / Path(job.target).name
    return replace(job, target=str(target), folder=target.parent)


def _conflicts(jobs: Sequence[Job], existing: Existing) -> list[LlcError | None]:
    """Return, for each job, why it cannot be done, or None."""
    keys = [identity(job.target) for job in jobs]
    wanted: dict[Path, list[str]] = {}
    for job, key in zip(jobs, keys, strict=True):
        wanted.setdefault(key, []).append(job.source)
    read = {file_key(job.source) for job in jobs} - {None}
    return [
        _shared(job, wanted[key], existing) or _taken(job, read, existing) or _unwritable(job)
        for job, key in zip(jobs, keys, strict=True)
    ]


def _shared(job: Job, sources: list[str], existing: Existing) -> LlcError | None:
    others = [source for source in sources if source != job.source]
    if not others:
        return None
    way_out = (
        "convert them one at a time"
        if existing.keep_suffix
        else "--keep-suffix gives them names of their own"
    )
    return OutputError(f"would be written to {job.target}, as would {others[0]}: {way_out}")


def _taken(
    job: Job, read: Collection[tuple[int, int] | None], existing: Existing
) -> LlcError | None:
    target = Path(job.target)
    if job.target == STREAM or is_special(target):
        return None
    if file_key(job.target) in read:
        return OutputError(f"cannot write {target}: it is also an input")
    try:
        if target.is_dir():
            return OutputError(f"cannot write {target}: it is a folder")
        if not existing.force and (target.exists() or target.is_symlink()):
            return exists(target)
    except OSError as error:
        return OutputError(f"cannot write {target}: {error.strerror}")
    return None


def _unwritable(job: Job) -> LlcError | None:
    if job.target == STREAM:
        return None
    try:
        check_writable(job.target, job.folder)
    except OutputError as error:
        return error
    return None
