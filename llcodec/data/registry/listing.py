"""The samples of a data set in a folder, and problems."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One picture of a scene: ``low`` is dark, ``high`` is well exposed.

    Photographs have no ``low``, and dark pictures without a reference have no ``high``.
    """

    low: Path | None
    high: Path | None
    scene: str
    split: str
    id: str
    """A unique name: that of the scene, or a path below it."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files of this sample."""
        return tuple(path for path in (self.low, self.high) if path is not None)


@dataclass(frozen=True)
class Problem:
    """Something missing or wrong: ``where`` is a path relative to the root, or ``split NAME``."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Listing:
    """The samples that were found, and problems that may hide others."""

    samples: tuple[Sample, ...] = ()
    problems: tuple[Problem, ...] = ()
    tabled: bool = False
    """The samples are those that ``pairs.csv`` lists."""


def joined(parts: Iterable[Listing]) -> Listing:
    """Return several listings as one, in order."""
    all_parts = tuple(parts)
    return Listing(
        tuple(sample for part in all_parts for sample in part.samples),
        tuple(problem for part in all_parts for problem in part.problems),
    )


def place(path: Path, root: Path) -> str:
    """Return ``path`` relative to ``root``, or the path itself if it is not inside ``root``."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
