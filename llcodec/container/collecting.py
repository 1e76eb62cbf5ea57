"""Collect the contents of chunks, in any order."""

from llcodec._metadata import Metadata, Note, Resolution
from llcodec.container.contents import RawChunk, Tile
from llcodec.container.flat_area import FlatArea
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
    is_critical,
)
from llcodec.container.header import Header
from llcodec.container.limits import Limits
from llcodec.container.metadata_chunks import METADATA_TYPES, read_metadata
from llcodec.container.newer_chunks import read_flat_areas, read_notes, read_resolution
from llcodec.container.tile_chunk import read_tile
from llcodec.errors import CorruptError, UnsupportedError


class Collector:
    """The contents of a file so far. A chunk that is refused does not change them.

    Attributes:
        tiles: tiles by raster index, in file order.
        alpha: payload of ``ALPH``, if present.
        flat: areas of one colour.
        unknown: ancillary chunks that this version does not know.
    """

    def __init__(self, header: Header, limits: Limits) -> None:
        self.tiles: dict[int, Tile] = {}
        self.alpha: bytes | None = None
        self.flat: tuple[FlatArea, ...] = ()
        self.unknown: list[RawChunk] = []
        self._items: dict[bytes, bytes] = {}
        self._resolution: Resolution | None = None
        self._notes: tuple[Note, ...] = ()
        self._header = header
        self._limits = limits

    @property
    def metadata(self) -> Metadata:
        """EXIF, ICC, XMP, resolution and notes."""
        return Metadata(
            exif=self._items.get(EXIF),
            icc=self._items.get(ICCP),
            xmp=self._items.get(XMPD),
            resolution=self._resolution,
            notes=self._notes,
        )

    def add(self, kind: bytes, payload: bytes) -> None:
        """Take in a chunk after ``HEAD``, whose CRC is right.

        Raises:
            CorruptError: when the chunk is a duplicate, breaks a limit, or has a wrong payload.
            UnsupportedError: when the chunk is critical and unknown.
        """
        if kind == TILE:
            self._add_tile(payload)
        elif kind == ALPH:
            self._add_alpha(payload)
        elif kind in METADATA_TYPES:
            self._add_metadata(kind, payload)
        elif kind in (PHYS, NOTE, FLAT):
            self._add_newer(kind, payload)
        elif kind == DONE:
            if payload:
                raise CorruptError("the DONE chunk must be empty: write the file again")
        elif kind == HEAD:
            raise _second(kind)
        else:
            self._add_unknown(kind, payload)

    def _add_tile(self, payload: bytes) -> None:
        index, tile = read_tile(payload)
        if index >= self._header.tile_count:
            raise CorruptError(
                f"a TILE chunk is for tile {index}, but the picture has "
                f"{self._header.tile_count} tiles (counted from 0)"
            )
        if index in self.tiles:
            raise CorruptError(f"the file has tile {index} twice")
        self.tiles[index] = tile

    def _add_alpha(self, payload: bytes) -> None:
        if self.alpha is not None:
            raise _second(ALPH)
        if not self._header.has_alpha:
            raise CorruptError("the file has an ALPH chunk, but its header says it has no alpha")
        if len(payload) > self._limits.max_alpha:
            raise CorruptError(
                f"the ALPH chunk holds {len(payload)} bytes, more than the limit of "
                f"{self._limits.max_alpha}: raise the limit on alpha if you trust the file"
            )
        self.alpha = payload

    def _add_metadata(self, kind: bytes, payload: bytes) -> None:
        if kind in self._items:
            raise _second(kind)
        self._items[kind] = read_metadata(kind, payload, self._limits.max_metadata)

    def _add_newer(self, kind: bytes, payload: bytes) -> None:
        if kind == PHYS:
            if self._resolution is not None:
                raise _second(kind)
            self._resolution = read_resolution(payload)
        elif kind == NOTE:
            if self._notes:
                raise _second(kind)
            self._notes = read_notes(payload, self._limits.max_metadata)
        else:
            if self.flat:
                raise _second(kind)
            self.flat = read_flat_areas(payload, self._header)

    def _add_unknown(self, kind: bytes, payload: bytes) -> None:
        name = kind.decode("ascii")
        if is_critical(kind):
            raise UnsupportedError(
                f"the file needs the chunk type {name}, which this llcodec does not know: "
                "install a newer version"
            )
        if len(self.unknown) >= self._limits.max_unknown:
            raise CorruptError(
                f"the file has more than {self._limits.max_unknown} unknown chunks: "
                "raise the limit if you trust the file"
            )
        self.unknown.append(RawChunk(name, payload))


def _second(kind: bytes) -> CorruptError:
    return CorruptError(f"the file has more than one {kind.decode('ascii')} chunk")
