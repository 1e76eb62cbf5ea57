"""The record of a data set."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from llcodec.data.registry.listing import Listing

Kind = Literal["pairs", "photographs", "dark"]
"""Pairs of a dark and a bright picture; bright pictures; dark ones without a reference."""

NOT_STATED = "not stated"
"""The licence of a data set whose home page does not name one."""

PREPARED = "or [NAME/]pairs.csv, as llc data prepare writes it, NAME being the set's"
"""The additional layout of every data set of pairs."""


@dataclass(frozen=True)
class Split:
    """One part of a data set; an unpublished number is None.

    ``named`` are the scenes that are known by name; all of these must exist.
    """

    name: str
    samples: int | None = None
    scenes: int | None = None
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSet:
    """One data set: its source, its layout on disk, and how its samples are found.

    ``scan`` lists the samples in a root folder without reading pictures. ``overlaps`` are the data
    sets that share pictures with this one: do not train on one of them and report on the other.
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
        """The word for the samples of this data set."""
        return "pictures" if self.kind == "dark" else self.kind
