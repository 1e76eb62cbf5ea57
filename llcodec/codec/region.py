"""Regions: a rectangle of a picture, and the tiles and latents that it takes to decode it."""

from dataclasses import dataclass

from llcodec._bitstream import STRIDE
from llcodec.codec.windows import DECODER_HALO, Part
from llcodec.container import Header
from llcodec.errors import InputError


@dataclass(frozen=True)
class Region:
    """A rectangle of pixels; ``left`` and ``top`` count from 0."""

    left: int
    top: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.left},{self.top},{self.width},{self.height}"

    @property
    def rows(self) -> slice:
        """Its rows of pixels."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """Its columns of pixels."""
        return slice(self.left, self.left + self.width)

    @property
    def part(self) -> Part:
        """The rectangle of latents that covers it."""
        right, bottom = self.left + self.width, self.top + self.height
        return Part(
            self.top // STRIDE,
            -(-bottom // STRIDE),
            self.left // STRIDE,
            -(-right // STRIDE),
        )

    def check_within(self, header: Header) -> None:
        """Raise InputError unless this is a part of the picture, and at least one pixel."""
        inside = (
            min(self.left, self.top) >= 0
            and min(self.width, self.height) >= 1
            and self.left + self.width <= header.width
            and self.top + self.height <= header.height
        )
        if not inside:
            raise InputError(
                f"the region {self} is not within the picture of {header.width}×{header.height}"
            )


def whole(header: Header) -> Region:
    """Return the region that is the whole picture."""
    return Region(0, 0, header.width, header.height)


def needed_part(header: Header, region: Region) -> Part:
    """Return the latents that the synthesis of a region sees: its own, and a halo around them."""
    rows, columns = (-(-n // STRIDE) for n in (header.height, header.width))
    part = region.part
    return Part(
        max(0, part.top - DECODER_HALO),
        min(rows, part.bottom + DECODER_HALO),
        max(0, part.left - DECODER_HALO),
        min(columns, part.right + DECODER_HALO),
    )


def needed_tiles(header: Header, region: Region) -> list[int]:
    """Return the tiles that hold the latents of :func:`needed_part`, in raster order."""
    part, side = needed_part(header, region), header.tile_size // STRIDE
    return [
        row * header.columns + column
        for row in range(part.top // side, -(-part.bottom // side))
        for column in range(part.left // side, -(-part.right // side))
    ]
