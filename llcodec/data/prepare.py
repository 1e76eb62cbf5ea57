"""Convert downloaded files to files that the loaders read."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from llcodec._outputs import atomic_write
from llcodec.data.converting import Size, convert_all
from llcodec.data.frames import is_picture
from llcodec.data.holdout import hold_out
from llcodec.data.raw import RAW_SUFFIXES, require_rawpy
from llcodec.data.registry import (
    DataSet,
    Listing,
    Problem,
    Sample,
    folder_of,
    listing,
    place,
    size_problems,
    write_table,
)
from llcodec.data.targets import plan_targets
from llcodec.errors import InputError, LlcError

Progress = Callable[[int, int], None]
"""Called with the number of finished files, and that of all files."""

_SETTINGS = "prepared.json"


@dataclass(frozen=True)
class PrepareOptions:
    """What to prepare, and how.

    Attributes:
        dataset: the data set in ``root``.
        root: the folder that was downloaded, or one with a prepared folder of the data set's name.
        out: the folder to write to; by default ``root``, which must then contain image files.
        size: width and height of all written pictures; None keeps their sizes.
        val: the number of scenes of train that become the split val.
        threads: how many files are converted at the same time.
        force: replace a different table in ``root``.
    """

    dataset: DataSet
    root: Path
    out: Path | None = None
    size: Size | None = None
    val: int = 0
    threads: int = 1
    force: bool = False


@dataclass(frozen=True)
class Prepared:
    """The result: samples in ``folder``, the number of new files, and problems."""

    folder: Path
    samples: tuple[Sample, ...]
    written: int
    problems: tuple[Problem, ...]


def prepare(options: PrepareOptions, progress: Progress = lambda done, total: None) -> Prepared:
    """Prepare a data set for :func:`llcodec.data.pairs.read_pairs` or ``read_photographs``.

    Pairs get the table ``pairs.csv`` (id, split, scene, low, high). In a folder other than the
    root, pairs are in ``low/`` and ``high/``, other pictures in a folder for each split. Existing
    files are kept, so that a second run completes the first. A file that cannot be read, or a pair
    whose pictures differ in size, is a problem and is left out; all other files are prepared.

    Raises:
        InputError: if there is nothing to prepare, or the options do not fit the data set.
        OutputError: if a file cannot be written.
    """
    options = replace(options, root=folder_of(options.dataset, options.root))
    found = listing(options.dataset, options.root)
    if not found.samples:
        reason = found.problems[0] if found.problems else f"no {options.dataset.unit}"
        raise InputError(f"{options.root}: {reason}")
    if options.val and options.dataset.kind != "pairs":
        raise InputError(f"{options.dataset.name} has no pairs to hold out")
    if options.out is None or options.out.resolve() == options.root.resolve():
        _check_in_place(options, found)
        return _finish(options, options.root, found, 0)
    _check_out(options, options.out, found)
    converted, new = _convert(options, options.out, found, progress)
    return _finish(options, options.out, converted, new)


def _convert(
    options: PrepareOptions, out: Path, found: Listing, progress: Progress
) -> tuple[Listing, int]:
    """Return the samples in ``out``, and the number of new files."""
    targets = plan_targets(found.samples, options.root, out, resized=options.size is not None)
    problems, failed, new = [*found.problems, *targets.problems], set[Path](), 0
    with closing(convert_all(targets.files, options.size, options.threads)) as outcomes:
        for done, (source, outcome) in enumerate(outcomes, 1):
            if isinstance(outcome, LlcError):
                problems.append(Problem(place(source, options.root), str(outcome)))
                failed.add(source)
            else:
                new += outcome
            progress(done, len(targets.files))
    ready = (target for sample, target in targets.samples if not failed & set(sample.paths))
    return Listing(tuple(ready), tuple(problems)), new


def _check_in_place(options: PrepareOptions, found: Listing) -> None:
    if options.size is not None:
        raise InputError("resized pictures need another folder: give one with --out")
    other = {path.suffix for s in found.samples for path in s.paths if not is_picture(path)}
    if other:
        raise InputError(
            f"{options.root}: {min(other)} files must be converted: give a folder with --out"
        )


def _check_out(options: PrepareOptions, out: Path, found: Listing) -> None:
    """Check that the files can be converted into ``out``, and record the settings there."""
    if out.resolve().is_relative_to(options.root.resolve()):
        raise InputError(f"{out} is inside {options.root}: give a folder outside")
    if any(path.suffix.lower() in RAW_SUFFIXES for s in found.samples for path in s.paths):
        require_rawpy()
    settings = json.dumps({"dataset": options.dataset.name, "size": options.size}) + "\n"
    path = out / _SETTINGS
    if not path.exists():
        with atomic_write(path) as part:
            part.write_text(settings)
    elif path.read_text() != settings:
        raise InputError(f"{out} contains another data set or other sizes (see {_SETTINGS})")


def _finish(options: PrepareOptions, folder: Path, found: Listing, new: int) -> Prepared:
    """Leave out unreadable files, and write the table of all others."""
    wrong = size_problems(found.samples, folder)
    kept = [sample for sample in found.samples if not wrong.keys() & set(sample.paths)]
    if options.val:
        kept = hold_out(kept, options.val)
    if options.dataset.kind == "pairs" and kept and (options.val or not found.tabled):
        write_table(folder, kept, force=options.force or folder != options.root)
    return Prepared(folder, tuple(kept), new, (*found.problems, *wrong.values()))
