"""A window that moves over the samples of WebDataset shards: the shuffle buffer of training."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from llcodec.errors import InputError
from llcodec.imaging import IMAGE_SUFFIXES
from llcodec.stores.shard_names import SHARD, list_shards
from llcodec.stores.streaming import Sample, read_samples

_HALVES: Final = ("low", "high")


@dataclass(frozen=True)
class Cursor:
    """A place in a stream: the pass over the shards, the shard in its order, and the sample."""

    epoch: int = 0
    shard: int = 0
    index: int = 0


@dataclass(frozen=True)
class Streamed:
    """A sample of a shard, still encoded: a photograph, or the halves of a pair.

    Attributes:
        cursor: where it is in the stream.
        url: the shard.
        key: the key of its members.
        files: one image file, or the dark one and the bright one.
    """

    cursor: Cursor
    url: str
    key: str
    files: tuple[bytes, ...]


@dataclass(frozen=True)
class ShardList:
    """The shards that one ``--data`` stands for.

    Attributes:
        pattern: how they were given.
        urls: the shards.
        paired: whether their samples are pairs, not photographs.
        buffer: how many samples are held at a time.
    """

    pattern: str
    urls: tuple[str, ...]
    paired: bool
    buffer: int

    @classmethod
    def find(cls, pattern: str, buffer: int) -> "ShardList":
        """Find the shards of a pattern; the first sample shows whether they hold pairs.

        Raises:
            InputError: when there are none, or the first has neither pairs nor photographs.
        """
        if not pattern.endswith(SHARD):
            raise InputError(f"{pattern}: not a folder on this machine, nor shards (.tar)")
        urls = tuple(store.url(entry.path) for store, entry in list_shards(pattern))
        for sample in read_samples(urls[0]):
            for paired in (True, False):
                if files_of(sample, paired=paired):
                    return cls(pattern, urls, paired, buffer)
        raise InputError(f"{urls[0]}: has no photographs, nor pairs (KEY.low.png, KEY.high.png)")

    @property
    def name(self) -> str:
        """The name of the folder or bucket of the shards, as that of a folder of pairs."""
        parts = [part for part in self.pattern.split("/")[:-1] if part]
        return parts[-1] if parts else self.pattern


def files_of(sample: Sample, *, paired: bool) -> tuple[bytes, ...]:
    """Return the image files of a sample: one photograph, or two halves; empty if it has none."""
    images = sorted(name for name in sample if f".{name.rpartition('.')[2]}" in IMAGE_SUFFIXES)
    if not paired:
        wanted = [name for name in images if name.partition(".")[0] not in _HALVES][:1]
        return tuple(sample[name] for name in wanted)
    found = [[name for name in images if name.partition(".")[0] == half] for half in _HALVES]
    if not all(found):
        return ()
    return tuple(sample[names[0]] for names in found)


class ShardWindow:
    """The samples that batches are drawn from: those of a stream from some place on.

    In every pass, the shards have another order, which follows from ``seed`` and the number of the
    pass. For each batch the window moves on by ``turn`` samples. What it holds is a function of
    seed and number of the batch alone, so that all processes see the same. Files stay encoded.

    Args:
        shards: the shards.
        seed: of their order.
        turn: how many samples each batch replaces.
        wanted: which samples are used; by default all that are of the kind of the list.
    """

    def __init__(
        self,
        shards: ShardList,
        seed: Sequence[int],
        turn: int,
        wanted: Callable[[Cursor], bool] = lambda cursor: True,
    ) -> None:
        self.shards, self._seed, self._turn = shards, tuple(seed), turn
        self._wanted, self._size = wanted, max(shards.buffer, turn)
        self.restore(0, Cursor())

    def restore(self, number: int, cursor: Cursor) -> None:
        """Let the window of batch ``number`` begin at a place."""
        self._base = number, cursor
        self._number = number
        self._items: deque[Streamed] = deque()
        self._coming = self.samples(cursor)

    def at(self, number: int) -> tuple[Streamed, ...]:
        """Return the samples for batch ``number``.

        Raises:
            InputError: when a shard cannot be read, or no sample of any shard is usable.
        """
        if number < self._number:
            self.restore(*self._base)
        self._fill()
        for _ in range((number - self._number) * self._turn):
            self._items.popleft()
            self._fill()
        self._number = number
        return tuple(islice(self._items, self._size))

    def start(self, number: int) -> Cursor:
        """Return where the window of batch ``number`` begins: the current one, or the next."""
        if number == self._number:
            return self._items[0].cursor if self._items else self._base[1]
        if number == self._number + 1:
            while len(self._items) <= self._turn:
                self._items.append(next(self._coming))
            return self._items[self._turn].cursor
        raise ValueError(f"the window is at batch {self._number}, not {number}")

    def _fill(self) -> None:
        while len(self._items) < self._size:
            self._items.append(next(self._coming))

    def samples(self, cursor: Cursor) -> Iterator[Streamed]:
        """Yield all usable samples from a place on, pass after pass, without end.

        Raises InputError like :meth:`at`.
        """
        urls = self.shards.urls
        epoch, shard, index = cursor.epoch, cursor.shard, cursor.index
        while True:
            order = np.random.default_rng((*self._seed, epoch)).permutation(len(urls))
            whole, usable = shard == index == 0, False
            for place in range(shard, len(urls)):
                url = urls[int(order[place])]
                for number, sample in enumerate(read_samples(url, index), index):
                    files = files_of(sample, paired=self.shards.paired)
                    here = Cursor(epoch, place, number)
                    if files and self._wanted(here):
                        usable = True
                        yield Streamed(here, url, sample["__key__"], files)
                index = 0
            if whole and not usable:
                what = "pairs" if self.shards.paired else "photographs"
                raise InputError(f"{self.shards.pattern}: no {what} in these shards")
            epoch, shard = epoch + 1, 0
