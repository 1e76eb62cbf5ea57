"""Strict reading: the first violation of the format is an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from llcodec.container.collecting import Collector
from llcodec.container.contents import Container
from llcodec.container.framing import (
    CHUNK_ORDER,
    CHUNK_OVERHEAD,
    DONE,
    HEAD,
    TILE,
    Frame,
    checked_payload,
    frame_at,
)
from llcodec.container.header import Header
from llcodec.container.limits import DEFAULT_LIMITS, Limits
from llcodec.container.opening import open_file
from llcodec.container.signature import PREAMBLE_LENGTH
from llcodec.container.tile_chunk import TILE_OVERHEAD
from llcodec.errors import CorruptError, TruncatedError, UnsupportedError

_MOST_TILES = 1 << 20  # in a list of chunks, which nothing else bounds
_REMEDY = "copy it again, or try llc decode --salvage, which recovers what is intact"


@dataclass(frozen=True, slots=True)
class ChunkInfo:
    """One line of a file's table of contents.

    Attributes:
        type: the four letters.
        offset: where the chunk starts in the file, in bytes.
        length: length of its payload, in bytes; the chunk takes 12 more.
    """

    type: str
    offset: int
    length: int


def unpack(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Container:
    """Read a whole file.

    Raises:
        NotAnLlcFileError: when the signature is wrong.
        UnsupportedError: when the major version or a critical chunk is unknown.
        TruncatedError: when the data end before the ``DONE`` chunk does.
        CorruptError: when anything else is wrong, or a limit other than on pixels is exceeded.
        TooManyPixelsError: when the picture is larger than the limit.
    """
    header, start = open_file(data, limits)
    with _advised():
        return unpack_contents(data, header, start, limits)


def unpack_contents(data: bytes, header: Header, start: int, limits: Limits) -> Container:
    """Read the chunks from ``start`` on, a byte offset: those after ``HEAD``.

    Raises:
        UnsupportedError: when a critical chunk is unknown.
        TruncatedError: when the data end before the ``DONE`` chunk does.
        CorruptError: when anything else is wrong.
    """
    _check_room_for_tiles(header, len(data) - start)
    collector = Collector(header, limits)
    previous = HEAD
    for frame in _frames(data, start):
        # The CRC comes first: a damaged type must not pass for an unknown one.
        payload = checked_payload(data, frame)
        previous = _check_order(previous, frame)
        collector.add(frame.type, payload)
    _check_complete(header, collector)
    return Container(
        header=header,
        # The check above has made sure that the tiles are in raster order.
        tiles=tuple(collector.tiles.values()),
        metadata=collector.metadata,
        alpha=collector.alpha,
        unknown=tuple(collector.unknown),
        flat=collector.flat,
    )


def read_header(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Header:
    """Read the signature and the ``HEAD`` chunk only; ``data`` may end after it.

    The first 140 bytes of a file are always enough.

    Raises:
        LlcError: as ``unpack`` does, for what is wrong up to the end of ``HEAD``.
    """
    header, _ = open_file(data, limits)
    return header


def list_chunks(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[ChunkInfo, ...]:
    """List all chunks in file order, from ``HEAD`` to ``DONE``.

    Only the header's contents and the extents of the others are checked; ``unpack`` checks all.

    Raises:
        LlcError: as ``unpack`` does, for what is wrong in the header or in a chunk's extent.
        CorruptError: when there are more chunks than the header and the limits allow.
        TruncatedError: when the file is too short for its tiles.
        UnsupportedError: when it has more than a million tiles.
    """
    header, _ = open_file(data, limits)
    if header.tile_count > _MOST_TILES:
        raise UnsupportedError(f"more than {_MOST_TILES:,} tiles are not supported")
    with _advised():
        return _listed(data, header, limits)


@contextmanager
def _advised() -> Iterator[None]:
    """Add what to do to messages about damage, unless they say it (after a colon)."""
    try:
        yield
    except (TruncatedError, CorruptError) as error:
        if ": " in str(error):
            raise
        raise type(error)(f"{error}: {_REMEDY}") from error


def _listed(data: bytes, header: Header, limits: Limits) -> tuple[ChunkInfo, ...]:
    _check_room_for_tiles(header, len(data) - PREAMBLE_LENGTH)
    most = header.tile_count + len(CHUNK_ORDER) + limits.max_unknown
    chunks: list[ChunkInfo] = []
    for frame in _frames(data, PREAMBLE_LENGTH):
        if len(chunks) == most:
            raise CorruptError(f"the file has more than {most} chunks")
        chunks.append(ChunkInfo(frame.name, frame.start, frame.length))
    return tuple(chunks)


def _frames(data: bytes, start: int) -> Iterator[Frame]:
    """Yield the chunks from ``start`` up to ``DONE``, and check that nothing follows it."""
    while True:
        frame = frame_at(data, start)
        yield frame
        start = frame.end
        if frame.type == DONE:
            break
    if start != len(data):
        raise CorruptError(f"the file continues after its DONE chunk: cut it at byte {start}")


def _check_room_for_tiles(header: Header, room: int) -> None:
    least = header.tile_count * (CHUNK_OVERHEAD + TILE_OVERHEAD) + CHUNK_OVERHEAD
    if room < least:
        raise TruncatedError(f"the file is too short for its {header.tile_count} tiles")


def _check_order(previous: bytes, frame: Frame) -> bytes:
    """Return the last known type up to this chunk. Unknown chunks may lie anywhere."""
    if frame.type not in CHUNK_ORDER:
        return previous
    if CHUNK_ORDER.index(frame.type) < CHUNK_ORDER.index(previous):
        raise CorruptError(
            f"the {frame.name} chunk at byte {frame.start} must not come after "
            f"{previous.decode('ascii')}"
        )
    return frame.type


def _check_complete(header: Header, collector: Collector) -> None:
    if header.has_alpha and collector.alpha is None:
        raise CorruptError("the header announces alpha, but the file has no ALPH chunk")
    for expected, index in enumerate(collector.tiles):
        if index != expected:
            raise CorruptError(f"tile {index} comes where tile {expected} should be")
    if len(collector.tiles) != header.tile_count:
        raise CorruptError(
            f"the file has {len(collector.tiles)} {TILE.decode('ascii')} chunks instead of "
            f"{header.tile_count}"
        )
