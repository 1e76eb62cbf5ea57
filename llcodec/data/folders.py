"""What training reads: folders of pairs, folders of photographs, and shards of either."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from llcodec._arrays import Pixels
from llcodec.data.pairs import (
    Pair,
    holds_pairs,
    list_pairs,
    list_photographs,
    read_all,
    read_files,
    splits,
)
from llcodec.data.shard_window import ShardList
from llcodec.data.spacing import evenly_spaced
from llcodec.data.storage import SpillStore, Store
from llcodec.errors import InputError
from llcodec.stores.shard_names import SHARD


@dataclass(frozen=True)
class DataFolders:
    """Folders of pairs (see :func:`list_pairs`), folders of plain photographs, and shards.

    ``store`` keeps the pictures that are read: in memory, or on disk if they are large.
    """

    pairs: Sequence[Path]
    photographs: Sequence[Path]
    store: Store = field(default_factory=lambda: SpillStore().store, compare=False)
    shards: Sequence[ShardList] = ()

    @classmethod
    def sort(cls, folders: Sequence[Path]) -> "DataFolders":
        """Sort ``folders`` by their contents into pairs and photographs.

        Raises InputError if one of them does not exist.
        """
        for folder in folders:
            if not folder.is_dir():
                raise InputError(f"{folder}: no such folder")
        paired = [folder for folder in folders if holds_pairs(folder)]
        return cls(paired, [folder for folder in folders if folder not in paired])

    @classmethod
    def find(cls, places: Sequence[str], buffer: int) -> "DataFolders":
        """Sort folders like :meth:`sort`, and find the shards of URLs and of names with .tar.

        Raises InputError if a folder does not exist, or shards cannot be read.
        """
        streamed = [p for p in places if "://" in p or p.endswith(SHARD)]
        folders = cls.sort([Path(place) for place in places if place not in streamed])
        return replace(folders, shards=[ShardList.find(place, buffer) for place in streamed])

    @property
    def trains_pairs(self) -> bool:
        """Whether there are pairs to train with."""
        in_shards = any(shards.paired for shards in self.shards)
        return in_shards or any("train" in splits(folder) for folder in self.pairs)

    def read_train(self) -> list[Pair]:
        """Return the pairs of the split train in folders.

        Raises InputError if there are none, and no shards of pairs.
        """
        if any(shards.paired for shards in self.shards):
            return self.read_some("train", sys.maxsize)
        return self.read_pairs("train")

    def read_pairs(self, split: str, most: int = sys.maxsize) -> list[Pair]:
        """Return pairs like :meth:`read_some`. Raises InputError if there are none."""
        pairs = self.read_some(split, most)
        if not pairs:
            raise InputError(f"no pairs of the split {split!r} in the data folders")
        return pairs

    def read_some(self, split: str, most: int) -> list[Pair]:
        """Return at most ``most`` pairs of a split, evenly spaced over all folders."""
        files = [pair for f in self.pairs if split in splits(f) for pair in list_pairs(f, split)]
        return list(read_files(evenly_spaced(files, most), self.store))

    def read_each(self, split: str) -> list[tuple[Pair, ...]]:
        """Return the pairs of a split, for each folder that has the split."""
        parts = [list_pairs(folder, split) for folder in self.pairs if split in splits(folder)]
        return [read_files(part, self.store) for part in parts]

    def read_photographs(self, most: int = sys.maxsize) -> list[Pixels]:
        """Return all photographs, or at most ``most``, evenly spaced."""
        paths = [path for folder in self.photographs for path in list_photographs(folder)]
        return read_all(evenly_spaced(paths, most), self.store)


def bright_halves(pairs: Sequence[Pair]) -> list[Pixels]:
    """Return a third of the bright pictures of pairs, without duplicates, as photographs."""
    highs = {id(pair.high): pair.high for pair in pairs}
    return list(highs.values())[::3]
