"""Regions of a picture, and the tiles and latents that are needed to decode them."""

from dataclasses import dataclass

from llcodec._bitstream import STRIDE
from llcodec.codec.windows import DECODER_HALO, LatentBox
from llcodec.container import Header
from llcodec.errors import InputError


@dataclass(frozen=True)
class Region:
    """A rectangle of pixels, with its top left corner at (``left``, ``top``), from 0."""

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
    def latents(self) -> LatentBox:
        """The rectangle of latents that covers it."""
        right, bottom = self.left + self.width, self.top + self.height
        return LatentBox(
            self.top // STRIDE,
            -(-bottom // STRIDE),
            self.left // STRIDE,
            -(-right // STRIDE),
        )

    def check_within(self, header: Header) -> None:
        """Raise InputError unless this lies within the picture and has a pixel."""
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


def whole_picture(header: Header) -> Region:
    """Return the region that covers the whole picture."""
    return Region(0, 0, header.width, header.height)


def needed_latents(header: Header, region: Region) -> LatentBox:
    """Return the latents that the synthesis of a region sees: its own and a halo around them."""
    rows, columns = (-(-n // STRIDE) for n in (header.height, header.width))
    box = region.latents
    return LatentBox(
        max(0, box.top - DECODER_HALO),
        min(rows, box.bottom + DECODER_HALO),
        max(0, box.left - DECODER_HALO),
        min(columns, box.right + DECODER_HALO),
    )


def needed_tiles(header: Header, region: Region) -> list[int]:
    """Return the tiles that hold the latents of :func:`needed_latents`, in raster order."""
    box, side = needed_latents(header, region), header.tile_size // STRIDE
    return [
        row * header.columns + column
        for row in range(box.top // side, -(-box.bottom // side))
        for column in range(box.left // side, -(-box.right // side))
    ]
