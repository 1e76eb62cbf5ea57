"""The folders that a training reads: some of pairs, some of photographs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.data.pairs import Pair, Pixels, holds_pairs, read_pairs, read_photographs, splits
from llcodec.errors import InputError


@dataclass(frozen=True)
class DataFolders:
    """Folders of pairs (see :func:`read_pairs`) and folders of plain photographs."""

    pairs: Sequence[Path]
    photographs: Sequence[Path]

    @classmethod
    def sort(cls, folders: Sequence[Path]) -> "DataFolders":
        """Return ``folders`` by what they hold: pairs, or else photographs.

        Raises InputError if one of them does not exist.
        """
        for folder in folders:
            if not folder.is_dir():
                raise InputError(f"{folder}: no such folder")
        paired = [folder for folder in folders if holds_pairs(folder)]
        return cls(paired, [folder for folder in folders if folder not in paired])

    def read_pairs(self, split: str) -> list[Pair]:
        """Return the pairs of a split of all folders; InputError if there are none."""
        pairs = [pair for part in self.read_each(split) for pair in part]
        if not pairs:
            raise InputError(f"no pairs of the split {split!r} in the folders of data")
        return pairs

    def read_each(self, split: str) -> list[tuple[Pair, ...]]:
        """Return the pairs of a split for each folder that has it."""
        return [read_pairs(f, split) for f in self.pairs if split in splits(f)]

    def read_photographs(self) -> list[Pixels]:
        """Return all photographs."""
        return [picture for folder in self.photographs for picture in read_photographs(folder)]


def bright_halves(pairs: Sequence[Pair]) -> list[Pixels]:
    """Return a third of the bright pictures of pairs, each once: more photographs to learn from."""
    highs = {id(pair.high): pair.high for pair in pairs}
    return list(highs.values())[::3]
