"""From the tiles of a file to the latents of a picture or of a part of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import STRIDE
from llcodec._windows import Window
from llcodec.codec.parallel import parallel_map
from llcodec.codec.region import Region, needed_latents, whole_picture
from llcodec.codec.windows import LatentBox
from llcodec.container import Header, Tile
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.entropy.walk import Latents as Values
from llcodec.errors import CorruptError

# Pixels of the tiles that are decoded at once: two of 2048×2048.
_PIXELS_AT_ONCE = 2 * 2048 * 2048


class Latents(Protocol):
    """The latents of a picture, in 1/64."""

    def crop(self, window: Window) -> NDArray[np.float32]:
        """Return the latents of a window with its halo, M×h×w."""


@dataclass(frozen=True)
class LatentPlane:
    """Latents of a box of a picture: M×h×w integers in 1/64, held in float32."""

    values: NDArray[np.float32]
    box: LatentBox

    def crop(self, window: Window) -> NDArray[np.float32]:
        """Return the latents of a window with its halo, M×h×w."""
        rows, columns, (top, _, left, _) = window.rows.outer, window.columns.outer, self.box
        return self.values[
            :, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]


def decode_tiles(
    coder: LatentCoder, header: Header, tiles: Mapping[int, Tile]
) -> Iterator[tuple[int, Values | CorruptError]]:
    """Yield each tile's number, and its latents or the error that it raised.

    Tiles are decoded in parallel.
    """

    def decode(item: tuple[int, Tile]) -> tuple[int, Values | CorruptError]:
        number, tile = item
        try:
            return number, _decode(coder, header, number, tile)
        except CorruptError as error:
            return number, error

    return parallel_map(decode, list(tiles.items()), at_most=_tiles_at_once(header))


def _tiles_at_once(header: Header) -> int:
    pixels = min(header.tile_size, header.width) * min(header.tile_size, header.height)
    return _PIXELS_AT_ONCE // pixels


def _decode(coder: LatentCoder, header: Header, number: int, tile: Tile) -> Values:
    """Return the latents of a tile, M×h×w. Raises CorruptError."""
    _, _, width, height = header.tile_box(number)
    decoded = coder.decode(
        tile.stream, -(-height // STRIDE), -(-width // STRIDE), header.quality_units
    )
    if decoded.checksum() != tile.checksum:
        raise CorruptError(f"tile {number} decodes to the wrong symbols")
    return decoded.y_hat


def decode_latents(
    coder: LatentCoder, header: Header, tiles: Mapping[int, Tile], region: Region | None = None
) -> LatentPlane:
    """Return the latents that a region needs; ``tiles`` are those of :func:`needed_tiles`.

    Raises:
        CorruptError: when a tile does not decode to the symbols that its encoder saw.
    """
    plane = empty_plane(coder, header, region)
    for number, latents in decode_tiles(coder, header, tiles):
        if isinstance(latents, CorruptError):
            raise latents
        place_tile(plane, header, number, latents)
    return plane


def empty_plane(coder: LatentCoder, header: Header, region: Region | None) -> LatentPlane:
    """Return a plane of zeros for the latents that a region needs."""
    box = needed_latents(header, region or whole_picture(header))
    size = coder.networks.latents, box.bottom - box.top, box.right - box.left
    return LatentPlane(np.zeros(size, np.float32), box)


def place_tile(plane: LatentPlane, header: Header, number: int, latents: Values) -> None:
    """Copy the latents of a tile, M×h×w, to their place, as far as they lie in the plane."""
    left, top, _, _ = (n // STRIDE for n in header.tile_box(number))
    box, (height, width) = plane.box, latents.shape[1:]
    rows = range(max(top, box.top), min(top + height, box.bottom))
    columns = range(max(left, box.left), min(left + width, box.right))
    plane.values[
        :,
        rows.start - box.top : rows.stop - box.top,
        columns.start - box.left : columns.stop - box.left,
    ] = latents[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


class ArrivingLatents:
    """The latents that a region needs, decoded tile by tile as windows ask for them.

    With several threads, tiles are decoded beside what is done with the latents of earlier ones.
    Implements :class:`Latents`.

    Args:
        coder: of the model.
        header: of the file.
        tiles: those of :func:`needed_tiles`, by their numbers.
        region: all of the picture by default.
    """

    def __init__(
        self,
        coder: LatentCoder,
        header: Header,
        tiles: Mapping[int, Tile],
        region: Region | None = None,
    ) -> None:
        self._header, self._waiting = header, set(tiles)
        self._plane = empty_plane(coder, header, region)

        def place(item: tuple[int, Tile]) -> int:
            number, tile = item
            place_tile(self._plane, header, number, _decode(coder, header, number, tile))
            return number

        self._placed = parallel_map(place, list(tiles.items()), at_most=_tiles_at_once(header))

    def crop(self, window: Window) -> NDArray[np.float32]:
        """Return the latents of a window with its halo, M×h×w.

        Raises:
            CorruptError: when a tile does not decode to the symbols that its encoder saw.
        """
        needed = self._waiting.intersection(self._tiles_of(window))
        while needed:
            number = next(self._placed)
            needed.discard(number)
            self._waiting.remove(number)
        return self._plane.crop(window)

    def _tiles_of(self, window: Window) -> Iterator[int]:
        side = self._header.tile_size // STRIDE
        rows, columns = window.rows.outer, window.columns.outer
        for row in range(rows.start // side, -(-rows.stop // side)):
            for column in range(columns.start // side, -(-columns.stop // side)):
                yield row * self._header.columns + column
