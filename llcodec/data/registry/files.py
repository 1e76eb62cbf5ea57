"""Find the files of a data set, and the layout of a folder."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from llcodec.data.frames import FRAME_SUFFIXES, is_picture
from llcodec.data.registry.listing import Problem


class Part(Protocol):
    """One part of a layout."""

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that this part needs, relative to the root."""


P = TypeVar("P", bound=Part)


def choose(root: Path, layouts: Sequence[Sequence[P]]) -> Sequence[P] | None:
    """Return the layout with the most folders in ``root``, or None if no folder exists."""
    if not layouts:
        return None
    there = [sum((root / f).is_dir() for part in each for f in part.folders) for each in layouts]
    return layouts[there.index(max(there))] if any(there) else None


def missing_folders(root: Path, layout: Sequence[Part]) -> tuple[Problem, ...]:
    """Return a problem for every folder of a layout that does not exist, without duplicates."""
    wanted = dict.fromkeys(folder for part in layout for folder in part.folders)
    return tuple(Problem(f, "missing folder") for f in wanted if not (root / f).is_dir())


def frames(folder: Path) -> list[Path]:
    """Return the picture, .npy and RAW files in a folder, sorted by name, without hidden ones."""
    return [path for path in _entries(folder) if path.suffix.lower() in FRAME_SUFFIXES]


def pictures_below(folder: Path) -> list[Path]:
    """Return the pictures in a folder and its subfolders, sorted by path, without hidden ones."""
    found = sorted(path for path in folder.rglob("*") if is_picture(path))
    return [p for p in found if not any(n.startswith(".") for n in p.relative_to(folder).parts)]


def subfolders(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted by name, without hidden ones."""
    return [path for path in _entries(folder) if path.is_dir()]


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key for natural sorting: 2 before 10."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
