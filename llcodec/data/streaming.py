"""Pictures that are streamed from shards while a training runs, beside those of folders."""

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import Any, Final

from llcodec._arrays import Floats, Pixels
from llcodec.data.fusing import fuse
from llcodec.data.pairs import Pair, eight_bits
from llcodec.data.sampling import Sources, thumbnail_of
from llcodec.data.shard_window import Cursor, ShardList, ShardWindow, Streamed
from llcodec.errors import LlcError, UnreadableImageError
from llcodec.imaging import read_picture

_FIRST: Final = 64  # photographs for the initial weights
_EVERY: Final = 3  # of the bright halves of pairs, as of those of folders
Decode = Callable[[Streamed], tuple[Pixels, ...]]


@dataclass(frozen=True)
class StreamedPictures:
    """What the crops of one batch are drawn from: pictures of folders, and those of windows.

    Those of windows are decoded whenever they are drawn.
    """

    folders: Sources
    pairs: tuple[tuple[Streamed, str], ...]  # with the name of their folder
    bright: tuple[Streamed, ...]  # photographs, or pairs whose bright half is one
    decode: Decode
    fused: float

    @property
    def scenes(self) -> list[tuple[str, str]]:
        """The names of folder and scene of each pair."""
        return [*self.folders.scenes, *((name, item.key) for item, name in self.pairs)]

    @property
    def photograph_count(self) -> int:
        """The number of photographs."""
        return len(self.folders.photographs) + len(self.bright)

    def pair(self, index: int) -> tuple[Pair, Floats, Floats]:
        """Return a pair and the thumbnails of both halves.

        Raises UnreadableImageError if it is broken.
        """
        below = index - len(self.folders.pairs)
        if below < 0:
            return self.folders.pair(index)
        item, name = self.pairs[below]
        low, high = self.decode(item)
        if low.shape != high.shape:
            raise UnreadableImageError(f"{item.url}: {item.key}: its halves differ in size")
        high = fuse(low, high, self.fused) if self.fused else high
        return Pair(item.key, low, high, name, item.key), thumbnail_of(low), thumbnail_of(high)

    def photograph(self, index: int) -> tuple[Pixels, Floats]:
        """Return a photograph and its thumbnail. Raises UnreadableImageError if it is broken."""
        below = index - len(self.folders.photographs)
        if below < 0:
            return self.folders.photograph(index)
        pixels = self.decode(self.bright[below])[-1]
        return pixels, thumbnail_of(pixels)


class StreamedSources:
    """Training pictures of folders and of shards; those of shards change from batch to batch.

    Args:
        folders: the pictures of folders.
        shards: the lists of shards.
        seed: of the order of shards.
        batch: how many crops a batch has. So many samples are replaced after it, so that each is
            drawn about once in a pass over the shards, if there are no folders.
        pairs: whether pairs are drawn, or photographs only.
        bright_halves: whether a third of the bright halves of pairs count as photographs.
        fused: as in :class:`llcodec.data.sampling.Mix`.
    """

    def __init__(
        self,
        folders: Sources,
        shards: Sequence[ShardList],
        seed: int,
        batch: int,
        *,
        pairs: bool = True,
        bright_halves: bool = True,
        fused: float = 0.0,
    ) -> None:
        self.folders, self._halves, self._fused = folders, bright_halves, fused
        used = [s for s in shards if pairs or bright_halves or not s.paired]
        turn = max(1, batch // max(1, len(used)))
        self._windows = [
            ShardWindow(s, (seed, place), turn, _is_bright if s.paired and not pairs else _any)
            for place, s in enumerate(used)
        ]
        self._draws_pairs = pairs
        self._lock = Lock()
        self._broken = set[tuple[str, str]]()

    def at(self, number: int) -> StreamedPictures:
        """Return the pictures from which batch ``number`` is drawn.

        Raises:
            InputError: when a shard cannot be read.
        """
        with self._lock:
            held = [(window.shards, window.at(number)) for window in self._windows]
        paired = [(item, s.name) for s, items in held if s.paired for item in items]
        bright = [item for s, items in held if not s.paired for item in items]
        if self._halves:
            bright += [item for item, _ in paired if _is_bright(item.cursor)]
        drawn = tuple(paired) if self._draws_pairs else ()
        return StreamedPictures(self.folders, drawn, tuple(bright), self._decoded, self._fused)

    def state(self, number: int) -> list[dict[str, int]]:
        """Return the places where the windows of batch ``number`` begin, for a checkpoint."""
        with self._lock:
            return [asdict(window.start(number)) for window in self._windows]

    def restore(self, number: int, state: Sequence[dict[str, Any]]) -> None:
        """Continue with batch ``number`` from the state of a checkpoint."""
        with self._lock:
            for window, place in zip(self._windows, state, strict=True):
                window.restore(number, Cursor(**place))

    @cached_property
    def photographs(self) -> tuple[Pixels, ...]:
        """The photographs of folders, and the first of the shards, for the initial weights."""
        found: list[Pixels] = []
        for window in self._windows:
            wanted = (i for i in window.samples(Cursor()) if self._is_photograph(window, i))
            for item in islice(wanted, _FIRST // len(self._windows) or 1):
                try:
                    found.append(self._decoded(item)[-1])
                except UnreadableImageError:
                    continue
        return (*self.folders.photographs, *found)

    def _is_photograph(self, window: ShardWindow, item: Streamed) -> bool:
        return not window.shards.paired or (self._halves and _is_bright(item.cursor))

    def _decoded(self, item: Streamed) -> tuple[Pixels, ...]:
        """Return the pictures of a sample; a broken one is named on stderr, once."""
        try:
            return tuple(eight_bits(read_picture(io.BytesIO(file)).pixels) for file in item.files)
        except LlcError as error:
            place = item.url, item.key
            if place not in self._broken:
                self._broken.add(place)
                print(f"left out: {item.url}: {item.key}: {error}", file=sys.stderr)
            raise UnreadableImageError(f"{item.url}: {item.key}: {error}") from error


def with_shards(
    folders: Sources,
    shards: Sequence[ShardList],
    seed: int,
    batch: int,
    *,
    pairs: bool = True,
    bright_halves: bool = True,
    fused: float = 0.0,
) -> Sources | StreamedSources:
    """Return the pictures of folders with those of shards, if there are any.

    The arguments are those of :class:`StreamedSources`.
    """
    if not shards:
        return folders
    return StreamedSources(
        folders, shards, seed, batch, pairs=pairs, bright_halves=bright_halves, fused=fused
    )


def stream_of(sources: Sources | StreamedSources) -> StreamedSources | None:
    """Return the sources if they are streamed, and thus have a place that checkpoints keep."""
    return sources if isinstance(sources, StreamedSources) else None


def _any(_cursor: Cursor) -> bool:
    return True


def _is_bright(cursor: Cursor) -> bool:
    """Return whether the bright half of a pair at this place counts as a photograph."""
    return cursor.index % _EVERY == 0
