"""Write a whole file."""

from llcodec.container.contents import Container
from llcodec.container.flat_area import MAX_ROWS
from llcodec.container.framing import (
    ALPH,
    DONE,
    EXIF,
    FLAT,
    HEAD,
    ICCP,
    NOTE,
    PHYS,
    TILE,
    XMPD,
    write_chunk,
)
from llcodec.container.head_chunk import write_head
from llcodec.container.limits import DEFAULT_LIMITS, Limits
from llcodec.container.metadata_chunks import write_metadata
from llcodec.container.newer_chunks import (
    MAX_NOTES,
    join_notes,
    write_flat_areas,
    write_notes,
    write_resolution,
)
from llcodec.container.signature import FORMAT_VERSION, write_preamble
from llcodec.container.tile_chunk import write_tile


def pack(container: Container, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the bytes of a file, which ``unpack`` with the same limits reads back.

    The same container gives the same bytes wherever zlib does. Unknown chunks are written after
    the metadata, in their order. The minor version is the lowest that has all known chunks.

    Raises:
        ValueError: when something exceeds the limits, or is too long for its chunk.
    """
    _check_limits(container, limits)
    newer = _newer_chunks(container)
    minor = FORMAT_VERSION[1] if newer else 0
    head = write_chunk(HEAD, write_head(container.header, minor))
    pieces = [write_preamble(minor), head, *_metadata_chunks(container), *newer]
    pieces += (write_chunk(raw.type.encode("ascii"), raw.payload) for raw in container.unknown)
    if container.alpha is not None:
        pieces.append(write_chunk(ALPH, container.alpha))
    pieces += (
        write_chunk(TILE, write_tile(index, tile)) for index, tile in enumerate(container.tiles)
    )
    pieces.append(write_chunk(DONE, b""))
    return b"".join(pieces)


def _metadata_chunks(container: Container) -> list[bytes]:
    metadata = container.metadata
    items = ((ICCP, metadata.icc), (EXIF, metadata.exif), (XMPD, metadata.xmp))
    return [
        write_chunk(kind, write_metadata(kind, item)) for kind, item in items if item is not None
    ]


def _newer_chunks(container: Container) -> list[bytes]:
    """Return the chunks that are not in version 1.0."""
    metadata, chunks = container.metadata, []
    if metadata.resolution is not None:
        chunks.append(write_chunk(PHYS, write_resolution(metadata.resolution)))
    if metadata.notes:
        chunks.append(write_chunk(NOTE, write_notes(metadata.notes)))
    if container.flat:
        chunks.append(write_chunk(FLAT, write_flat_areas(container.flat)))
    return chunks


def _check_limits(container: Container, limits: Limits) -> None:
    metadata = container.metadata
    _check("pixels", container.header.pixels, limits.max_pixels)
    _check("bytes of ICC profile", len(metadata.icc or b""), limits.max_metadata)
    _check("bytes of EXIF", len(metadata.exif or b""), limits.max_metadata)
    _check("bytes of XMP", len(metadata.xmp or b""), limits.max_metadata)
    _check("notes", len(metadata.notes), MAX_NOTES)
    _check("bytes of notes", len(join_notes(metadata.notes)), limits.max_metadata)
    _check("rows of flat areas", sum(len(a.lengths) for a in container.flat), MAX_ROWS)
    _check("bytes of alpha", len(container.alpha or b""), limits.max_alpha)
    _check("unknown chunks", len(container.unknown), limits.max_unknown)


def _check(what: str, value: int, limit: int) -> None:
    if value > limit:
        raise ValueError(f"{value} {what} are more than the limit of {limit}")
