"""The record of a data set."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from llcodec.data.registry.listing import Listing

Kind = Literal["pairs", "photographs", "dark"]
"""Pairs of a dark and a bright picture; bright pictures; dark ones without a reference."""

NOT_STATED = "not stated"
"""The licence of a set whose home page names none that is known here."""

PREPARED = "or [NAME/]pairs.csv, as llc data prepare writes it, NAME being the set's"
"""The layout that every set of pairs has besides its own."""


@dataclass(frozen=True)
class Split:
    """One part of a data set; an unpublished number is None.

    ``named`` are the scenes that are known by name: exactly these must be there, among others.
    """

    name: str
    samples: int | None = None
    scenes: int | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSet:
    """One data set: where it comes from, how it lies on disk, and how its samples are found.

    ``scan`` lists what is below a root folder and reads no picture. ``overlaps`` names the sets
    that share pictures with this one: who trains on one of them must not report on the other.
    """

    name: str
    title: str
    kind: Kind
    home: str
    licence: str
    paper: str
    use: str
    layout: tuple[str, ...]
    splits: tuple[Split, ...]
    scan: Callable[[Path], Listing]
    notes: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What the samples of this set are called."""
        return "pictures" if self.kind == "dark" else self.kind
