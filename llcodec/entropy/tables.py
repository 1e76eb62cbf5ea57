"""Integer probability tables for the rANS coder.

A table lists the frequencies of the symbols first … first + n − 2 and, last, of the escape, which
stands for all other symbols. Frequencies are at least 1 and sum to 2^24.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import ESCAPE_OFFSET, TABLE_TOTAL
from llcodec.errors import BrokenModelError

Frequencies = NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Frequencies of consecutive symbols from ``first`` on, and of the escape (the last one)."""

    first: int
    frequencies: Frequencies

    @property
    def escape(self) -> int:
        """The index that stands for every symbol outside the table."""
        return len(self.frequencies) - 1

    def check(self, name: str) -> None:
        """Raise BrokenModelError unless the frequencies are positive and sum to 2^24."""
        ok = len(self.frequencies) >= 2 and int(self.frequencies.min()) >= 1
        if not ok or int(self.frequencies.sum()) != TABLE_TOTAL or abs(self.first) > ESCAPE_OFFSET:
            raise BrokenModelError(f"the probability table {name} is not valid")


def table_from_probabilities(first: int, probabilities: NDArray[np.float64]) -> Table:
    """Return the table of symbols from ``first`` on; the escape gets the remaining probability."""
    rest = max(0.0, 1.0 - float(probabilities.sum()))
    shares = np.append(probabilities, rest)
    free = TABLE_TOTAL - len(shares)
    frequencies = np.floor(shares / shares.sum() * free).astype(np.int64) + 1
    frequencies[int(frequencies.argmax())] += TABLE_TOTAL - int(frequencies.sum())
    return Table(first, frequencies)


def pack_tables(tables: Sequence[Table]) -> dict[str, NDArray[np.int32]]:
    """Return tables as arrays for a weight file: all frequencies, lengths and first symbols."""
    return {
        "frequencies": np.concatenate([t.frequencies for t in tables]).astype(np.int32),
        "lengths": np.array([len(t.frequencies) for t in tables], np.int32),
        "firsts": np.array([t.first for t in tables], np.int32),
    }


def unpack_tables(arrays: dict[str, NDArray[np.int32]], name: str) -> tuple[Table, ...]:
    """Return the tables of a weight file.

    Raises:
        BrokenModelError: when they are not valid.
    """
    lengths, firsts = arrays["lengths"], arrays["firsts"]
    frequencies = arrays["frequencies"].astype(np.int64)
    if len(lengths) != len(firsts) or int(lengths.sum()) != len(frequencies):
        raise BrokenModelError(f"the probability tables {name} are not valid")
    runs = np.split(frequencies, np.cumsum(lengths)[:-1])
    tables = tuple(Table(int(f), p) for f, p in zip(firsts, runs, strict=True))
    for number, table in enumerate(tables):
        table.check(f"{name} {number}")
    return tables
