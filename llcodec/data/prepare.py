"""Convert downloaded files to those that the loaders read."""

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
"""Called with the number of files done, and of all files."""

_SETTINGS = "prepared.json"


@dataclass(frozen=True)
class Order:
    """What to prepare, and how.

    Attributes:
        dataset: the data set below ``root``.
        root: the folder that was downloaded, or one with a prepared folder of the set's name.
        out: where to write; without it, ``root`` itself, which must hold pictures then.
        size: width and height of everything that is written; None leaves sizes alone.
        val: so many scenes of train become the split val.
        threads: how many files are converted at a time.
        force: replace a table in ``root`` that says something else.
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
    """What there is now: samples below ``folder``, how many files are new, what went wrong."""

    folder: Path
    samples: tuple[Sample, ...]
    written: int
    problems: tuple[Problem, ...]


def prepare(order: Order, progress: Progress = lambda done, total: None) -> Prepared:
    """Make a data set ready for :func:`llcodec.data.pairs.read_pairs` or ``read_photographs``.

    Pairs get the table ``pairs.csv`` (id, split, scene, low, high). In another folder than the
    root, pairs lie in ``low/`` and ``high/``, other pictures in a folder for each split; what is
    there already stays, so that a second run completes the first. A file that cannot be read, or
    a pair of two sizes, is a problem and is left out; the rest is prepared.

    Raises:
        InputError: there is nothing to prepare, or not in this way.
        OutputError: a file cannot be written.
    """
    order = replace(order, root=folder_of(order.dataset, order.root))
    found = listing(order.dataset, order.root)
    if not found.samples:
        reason = found.problems[0] if found.problems else f"no {order.dataset.unit}"
        raise InputError(f"{order.root}: {reason}")
    if order.val and order.dataset.kind != "pairs":
        raise InputError(f"{order.dataset.name} has no pairs to hold out")
    if order.out is None or order.out.resolve() == order.root.resolve():
        _check_in_place(order, found)
        return _finish(order, order.root, found, 0)
    _check_out(order, order.out, found)
    converted, new = _convert(order, order.out, found, progress)
    return _finish(order, order.out, converted, new)


def _convert(order: Order, out: Path, found: Listing, progress: Progress) -> tuple[Listing, int]:
    """Return the samples that lie in ``out`` now, and how many files are new."""
    targets = plan_targets(found.samples, order.root, out, resized=order.size is not None)
    problems, failed, new = [*found.problems, *targets.problems], set[Path](), 0
    with closing(convert_all(targets.files, order.size, order.threads)) as outcomes:
        for done, (source, outcome) in enumerate(outcomes, 1):
            if isinstance(outcome, LlcError):
                problems.append(Problem(place(source, order.root), str(outcome)))
                failed.add(source)
            else:
                new += outcome
            progress(done, len(targets.files))
    ready = (target for sample, target in targets.samples if not failed & set(sample.paths))
    return Listing(tuple(ready), tuple(problems)), new


def _check_in_place(order: Order, found: Listing) -> None:
    if order.size is not None:
        raise InputError("resized pictures need a folder of their own: give one with --out")
    other = {path.suffix for s in found.samples for path in s.paths if not is_picture(path)}
    if other:
        raise InputError(
            f"{order.root}: {min(other)} files must be converted: give a folder with --out"
        )


def _check_out(order: Order, out: Path, found: Listing) -> None:
    """See that the files can be converted into ``out``, and note there how."""
    if out.resolve().is_relative_to(order.root.resolve()):
        raise InputError(f"{out} lies within {order.root}: give a folder outside")
    if any(path.suffix.lower() in RAW_SUFFIXES for s in found.samples for path in s.paths):
        require_rawpy()
    settings = json.dumps({"dataset": order.dataset.name, "size": order.size}) + "\n"
    path = out / _SETTINGS
    if not path.exists():
        with atomic_write(path) as part:
            part.write_text(settings)
    elif path.read_text() != settings:
        raise InputError(f"{out} holds another set or other sizes (see {_SETTINGS})")


def _finish(order: Order, folder: Path, found: Listing, new: int) -> Prepared:
    """Leave out unreadable files, and write the table of the rest."""
    wrong = size_problems(found.samples, folder)
    kept = [sample for sample in found.samples if not wrong.keys() & set(sample.paths)]
    if order.val:
        kept = hold_out(kept, order.val)
    if order.dataset.kind == "pairs" and kept and (order.val or not found.tabled):
        write_table(folder, kept, force=order.force or folder != order.root)
    return Prepared(folder, tuple(kept), new, (*found.problems, *wrong.values()))
