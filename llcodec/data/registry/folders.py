"""Layouts of two folders whose files are matched by name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.data.registry.files import choose, frames, missing_folders, natural
from llcodec.data.registry.listing import Listing, Problem, Sample, joined, place
from llcodec.data.registry.table import TABLE, scan_table

Files = dict[str, Path]
"""The files of a folder, by the name that they share with their partner."""


@dataclass(frozen=True)
class Folders:
    """The folders of the low and the high pictures of a split.

    ``group`` is a prefix for the names of scenes, if several folders use the same names.
    """

    split: str
    low: str
    high: str
    group: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        """Both folders."""
        return self.low, self.high


def scan_folders(
    root: Path, layouts: Sequence[Sequence[Folders]], key: Callable[[str], str] = str
) -> Listing:
    """Return the pairs of the first layout that ``root`` has, or those of its table.

    ``key`` returns the part of the stem of a file that low and high have in common.
    """
    layout = choose(root, layouts)
    if layout is None:
        if (root / TABLE).is_file():
            return scan_table(root)
        return Listing(problems=missing_folders(root, layouts[0]))
    missing = Listing(problems=missing_folders(root, layout))
    return joined([missing, *(_pairs(root, part, key) for part in layout)])


def _pairs(root: Path, part: Folders, key: Callable[[str], str]) -> Listing:
    if not all((root / folder).is_dir() for folder in part.folders):
        return Listing()
    problems: list[Problem] = []
    lows, highs = (_by_key(root, folder, key, problems) for folder in part.folders)
    problems += _alone(root, lows, highs, part.high)
    problems += _alone(root, highs, lows, part.low)
    both = sorted(lows.keys() & highs.keys(), key=natural)
    return Listing(
        tuple(
            Sample(lows[name], highs[name], part.group + name, part.split, part.group + name)
            for name in both
        ),
        tuple(problems),
    )


def _by_key(root: Path, folder: str, key: Callable[[str], str], problems: list[Problem]) -> Files:
    found: Files = {}
    for path in frames(root / folder):
        other = found.setdefault(key(path.stem), path)
        if other is not path:
            problems.append(Problem(place(path, root), f"a second file of the name {other.name}"))
    return found


def _alone(root: Path, files: Files, others: Files, folder: str) -> Iterator[Problem]:
    for name in sorted(files.keys() - others.keys(), key=natural):
        yield Problem(place(files[name], root), f"no partner in {folder}")
