"""The contents of a file, decoded from bytes but not interpreted."""

from dataclasses import dataclass, field

from llcodec._metadata import Metadata
from llcodec.container.flat_area import FlatArea
from llcodec.container.framing import CHUNK_ORDER, MAX_LENGTH, is_chunk_type, is_critical
from llcodec.container.header import Header


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile's coded latents.

    Attributes:
        checksum: CRC-32 of the decoded latents, 0 to 2^32 - 1.
        stream: the entropy coder's bytes; may be empty.

    Raises:
        ValueError: when the checksum is out of its range.
    """

    checksum: int
    stream: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.checksum <= MAX_LENGTH:
            raise ValueError(f"a checksum has 32 bits, not the value {self.checksum}")


@dataclass(frozen=True, slots=True)
class RawChunk:
    """An ancillary chunk that this version does not know.

    Attributes:
        type: four ASCII letters, the first one lower-case.
        payload: the contents of the chunk.

    Raises:
        ValueError: when the type is not that of an unknown ancillary chunk.
    """

    type: str
    payload: bytes

    def __post_init__(self) -> None:
        kind = self.type.encode("ascii", errors="replace")
        if not is_chunk_type(kind) or is_critical(kind) or kind in CHUNK_ORDER:
            raise ValueError(f"{self.type!r} is not the type of an unknown ancillary chunk")


@dataclass(frozen=True, slots=True)
class Container:
    """All of an ``.llc`` file.

    Attributes:
        header: the picture's size, how it was coded, and with which model.
        tiles: one for each cell of the tile grid, in raster order.
        metadata: EXIF, ICC, XMP, resolution and notes.
        alpha: the losslessly coded alpha plane, opaque here; None without alpha.
        unknown: ancillary chunks that this version does not know, in file order.
        flat: areas of one colour, each in another corner; they lie within the picture.

    Raises:
        ValueError: when the tiles do not fill the grid, header and alpha disagree, or an area is
            of another picture.
    """

    header: Header
    tiles: tuple[Tile, ...]
    metadata: Metadata = field(default_factory=Metadata)
    alpha: bytes | None = None
    unknown: tuple[RawChunk, ...] = ()
    flat: tuple[FlatArea, ...] = ()

    def __post_init__(self) -> None:
        if len(self.tiles) != self.header.tile_count:
            raise ValueError(
                f"the tile grid has {self.header.tile_count} cells, not {len(self.tiles)}"
            )
        if self.header.has_alpha != (self.alpha is not None):
            raise ValueError("has_alpha and the presence of an alpha plane must agree")
        for area in self.flat:
            area.check_within(self.header)
        if len({area.corner for area in self.flat}) < len(self.flat):
            raise ValueError("flat areas must lie in corners of their own")
