"""From files to read to files to write, with every conflict found before any work."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from llcodec.cli._input import STREAM
from llcodec.cli._output import check_stdout, exists, is_special
from llcodec.cli._sources import Failure, Found, Source, file_key, identity
from llcodec.errors import LlcError, OutputError


@dataclass(frozen=True)
class Job:
    """One file to read and, if ``target`` is not empty, one to write; ``-`` is a stream.

    ``folder``: what is to be made for the target if it is not there.
    """

    source: str
    target: str = ""
    folder: Path | None = None


@dataclass(frozen=True)
class Plan:
    """What to do, and what cannot be done.

    ``folders``: where outputs go, refused ones too.
    """

    jobs: tuple[Job, ...]
    failures: tuple[Failure, ...]
    folders: frozenset[Path] = frozenset()

    @property
    def total(self) -> int:
        """How many inputs there are."""
        return len(self.jobs) + len(self.failures)


@dataclass(frozen=True)
class Naming:
    """How outputs are named.

    Attributes:
        output: what the user asked for with ``-o``, if anything.
        suffix: of outputs that have no name of their own.
        replaced: suffixes of inputs that ``suffix`` takes the place of; it is added to others.
        of_files: suffixes that tell that ``output`` is a file, should it not exist.
        force: existing outputs are overwritten.
    """

    output: str | None
    suffix: str
    replaced: frozenset[str]
    of_files: frozenset[str]
    force: bool = False


def reading_plan(found: Found) -> Plan:
    """Return the plan of a command that writes no files."""
    return Plan(tuple(Job(source.path) for source in found.sources), tuple(found.failures))


def writing_plan(inputs: Sequence[str], found: Found, naming: Naming) -> Plan:
    """Return the plan of a command that writes a file for each that it reads.

    Raises:
        typer.BadParameter: when the output does not go with the inputs.
        OutputError: when standard output is asked for and cannot take a picture.
    """
    alone = len(inputs) == 1 and all(source.named for source in found.sources)
    folder = _folder(naming, alone=alone)
    jobs = [_job(source, naming, folder) for source in found.sources]
    if any(job.target == STREAM for job in jobs):
        if not alone:
            raise typer.BadParameter("standard output takes a single file")
        check_stdout()
    failures = list(found.failures)
    kept = []
    for job, error in zip(jobs, _conflicts(jobs, naming.force), strict=True):
        if error is None:
            kept.append(job)
        else:
            failures.append(Failure(job.source, error))
    files = (os.path.realpath(job.target) for job in jobs if job.target != STREAM)
    return Plan(tuple(kept), tuple(failures), frozenset(Path(file).parent for file in files))


def refuse_mixed_stdout(inputs: Sequence[str], output: str | None, json: bool) -> None:
    """See that standard output is not asked to take both a file and JSON.

    Raises:
        typer.BadParameter: when it is.
    """
    if json and (output == STREAM or (output is None and STREAM in inputs)):
        raise typer.BadParameter("--json and the file cannot both go to standard output")


def _folder(naming: Naming, *, alone: bool) -> Path | None:
    """Return the folder that outputs go to, or None if they do not."""
    output = naming.output
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
    if path.exists() or path.suffix.lower() in naming.of_files:
        raise typer.BadParameter(f"several files need a folder as their output, not {output}")
    return path


def _job(source: Source, naming: Naming, folder: Path | None) -> Job:
    if folder is not None:
        place = _renamed(folder / source.place, naming)
        return Job(source.path, str(place), place.parent)
    if naming.output is not None:
        return Job(source.path, naming.output)
    if source.path == STREAM:
        return Job(STREAM, STREAM)
    return Job(source.path, str(_renamed(Path(source.path), naming)))


def _renamed(path: Path, naming: Naming) -> Path:
    stem = path.stem if path.suffix.lower() in naming.replaced else path.name
    return path.with_name(stem + naming.suffix)


def _conflicts(jobs: Sequence[Job], force: bool) -> list[LlcError | None]:
    """Return, for each job, why it must not be done, or None."""
    keys = [identity(job.target) for job in jobs]
    wanted: dict[Path, list[str]] = {}
    for job, key in zip(jobs, keys, strict=True):
        wanted.setdefault(key, []).append(job.source)
    read = {file_key(job.source) for job in jobs} - {None}
    return [
        _shared(job, wanted[key]) or _taken(job, read, force)
        for job, key in zip(jobs, keys, strict=True)
    ]


def _shared(job: Job, sources: list[str]) -> LlcError | None:
    others = [source for source in sources if source != job.source]
    if not others:
        return None
    return OutputError(
        f"would be written to {job.target}, as would {others[0]}: "
        "give them different names, or convert them one at a time"
    )


def _taken(job: Job, read: Collection[tuple[int, int] | None], force: bool) -> LlcError | None:
    target = Path(job.target)
    if job.target == STREAM or is_special(target):
        return None
    if file_key(job.target) in read:
        return OutputError(f"would be written to {target}, which is an input itself")
    try:
        if target.is_dir():
            return OutputError(f"cannot write {target}: it is a folder")
        if not force and (target.exists() or target.is_symlink()):
            return exists(target)
    except OSError as error:
        return OutputError(f"cannot write {target}: {error.strerror}")
    return None
