"""Recover the intact chunks of a damaged file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from llcodec._metadata import Metadata
from llcodec.container.collecting import Collector
from llcodec.container.contents import RawChunk, Tile
from llcodec.container.flat_area import FlatArea
from llcodec.container.framing import DONE, payload_of
from llcodec.container.header import Header
from llcodec.container.limits import DEFAULT_LIMITS, Limits
from llcodec.container.opening import open_file
from llcodec.container.reading import unpack_contents
from llcodec.container.resync import whole_frames
from llcodec.errors import CorruptError, FormatError

MAX_PROBLEMS: Final = 100
"""How many problems are described one by one; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Salvage:
    """The recovered parts of a file: a ``Container`` in which tiles may be missing.

    Attributes:
        header: always intact.
        tiles: one for each cell of the tile grid, in raster order; None where it is lost.
        metadata: EXIF, ICC, XMP, resolution and notes; None also where one is lost.
        alpha: the coded alpha plane; None also where it is lost (``header.has_alpha`` tells).
        unknown: ancillary chunks that this version does not know, in file order.
        flat: areas of one colour.
        problems: what is wrong, one line each; empty exactly when ``unpack`` reads the file.
    """

    header: Header
    tiles: tuple[Tile | None, ...]
    metadata: Metadata
    alpha: bytes | None
    unknown: tuple[RawChunk, ...]
    flat: tuple[FlatArea, ...]
    problems: tuple[str, ...]

    @property
    def lost_tiles(self) -> tuple[int, ...]:
        """Raster indices of the tiles that are lost."""
        return tuple(index for index, tile in enumerate(self.tiles) if tile is None)


def unpack_damaged(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Salvage:
    """Read the intact chunks of a damaged file.

    Chunks count only with a right CRC; tiles carry their index, so that each one found is put in
    its place. Of duplicates the first one is taken.

    Raises:
        NotAnLlcFileError: when the signature is wrong.
        UnsupportedError: when the major version or a critical chunk is unknown.
        TruncatedError: when the data end before the header does.
        CorruptError: when the header is damaged.
        TooManyPixelsError: when the picture is larger than the limit.
    """
    header, start = open_file(data, limits)
    collector = Collector(header, limits)
    problems = _Problems()
    _collect(data, start, collector, problems)
    tiles = tuple(collector.tiles.get(index) for index in range(header.tile_count))
    for line in _lost_contents(header, collector.alpha, tiles):
        problems.add(line)
    if not problems.lines:
        _add_strict_error(data, header, start, limits, problems)
    return Salvage(
        header=header,
        tiles=tiles,
        metadata=collector.metadata,
        alpha=collector.alpha,
        unknown=tuple(collector.unknown),
        flat=collector.flat,
        problems=problems.summary(),
    )


class _Problems:
    """Lines up to a bound: a hostile file must not fill the memory with them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = 0

    def add(self, line: str) -> None:
        if len(self.lines) < MAX_PROBLEMS:
            self.lines.append(line)
        else:
            self._more += 1

    def summary(self) -> tuple[str, ...]:
        more = [f"and {self._more} more problems"] if self._more else []
        return (*self.lines, *more)


def _collect(data: bytes, start: int, collector: Collector, problems: _Problems) -> None:
    """Collect every intact chunk up to ``DONE``, and report the bytes between them."""
    done = False
    for frame in whole_frames(data, start):
        if frame.start != start:
            problems.add(f"bytes {start} to {frame.start - 1} contain no readable chunk")
        start = frame.end
        try:
            collector.add(frame.type, payload_of(data, frame))
        except CorruptError as error:
            problems.add(f"the chunk at byte {frame.start} is left out: {error}")
        if frame.type == DONE:
            done = True
            break
    if start != len(data):
        what = "come after the DONE chunk" if done else "contain no readable chunk"
        problems.add(f"bytes {start} to {len(data) - 1} {what}")
    if not done:
        problems.add("the DONE chunk is missing: the file was cut short, or its end is damaged")


def _lost_contents(
    header: Header, alpha: bytes | None, tiles: Sequence[Tile | None]
) -> Iterator[str]:
    if header.has_alpha and alpha is None:
        yield "the alpha plane is lost"
    first: int | None = None
    for index, tile in enumerate((*tiles, Tile(0, b""))):
        if tile is None and first is None:
            first = index
        elif tile is not None and first is not None:
            which = (
                f"tile {first} is" if index - first == 1 else f"tiles {first} to {index - 1} are"
            )
            yield f"{which} lost, of {len(tiles)} tiles (counted from 0)"
            first = None


def _add_strict_error(
    data: bytes, header: Header, start: int, limits: Limits, problems: _Problems
) -> None:
    """Report what only strict reading checks, such as the order of chunks."""
    try:
        unpack_contents(data, header, start, limits)
    except FormatError as error:
        problems.add(str(error))
