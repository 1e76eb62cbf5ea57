"""Recover intact tiles of a damaged file; lost ones are mid grey and listed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec import imaging
from llcodec._arrays import Samples
from llcodec._bitstream import STRIDE
from llcodec.codec.decoder import synthesise
from llcodec.codec.flat import restore
from llcodec.codec.latents import LatentPlane, decode_tiles, empty_plane, place_tile
from llcodec.codec.region import Region, whole_picture
from llcodec.codec.windows import DECODER_HALO
from llcodec.container import Header, Salvage
from llcodec.engine.protocol import Transforms
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import CorruptError
from llcodec.imaging import Picture


@dataclass(frozen=True)
class SalvagedPicture:
    """A recovered picture.

    Attributes:
        picture: the intact tiles, and mid grey instead of lost ones.
        lost: the regions of lost tiles, in raster order.
        problems: what is wrong with the file, one line each; empty exactly if it is intact.
    """

    picture: Picture
    lost: tuple[Region, ...]
    problems: tuple[str, ...]


def salvage(
    transforms: Transforms,
    coder: LatentCoder,
    file: Salvage,
    brightness: float,
    exposure: float = 0.0,
    black_point: float = 0.0,
) -> SalvagedPicture:
    """Decode the intact tiles of a file.

    Tiles beside a lost one are less exact within 128 pixels of it: the synthesis transform sees
    across the border, where their own border latents are repeated.

    Raises:
        CorruptError: when no tile is intact.
    """
    header, problems = file.header, list(file.problems)
    plane = empty_plane(coder, header, None)
    lost = set(file.lost_tiles)
    kept = {number: tile for number, tile in enumerate(file.tiles) if tile is not None}
    for number, latents in decode_tiles(coder, header, kept):
        if isinstance(latents, CorruptError):
            lost.add(number)
            problems.append(str(latents))
        else:
            place_tile(plane, header, number, latents)
    if len(lost) == header.tile_count:
        which = "its only tile is" if len(lost) == 1 else f"all its {len(lost):,} tiles are"
        raise CorruptError(f"nothing can be recovered: {which} lost")
    _continue_into(plane, header, lost)
    pixels = synthesise(transforms, plane, header, brightness, None, exposure, black_point)
    restore(pixels, file.flat, header, whole_picture(header))
    regions = tuple(Region(*header.tile_box(number)) for number in sorted(lost))
    for region in regions:
        pixels[region.rows, region.columns] = np.iinfo(pixels.dtype).max // 2 + 1
    alpha = _alpha(file, problems)
    return SalvagedPicture(
        Picture(pixels, alpha, header.grey, file.metadata), regions, tuple(problems)
    )


def _continue_into(plane: LatentPlane, header: Header, lost: set[int]) -> None:
    """Repeat the border latents of intact tiles in the lost ones beside them."""
    for number in lost:
        row, column = divmod(number, header.columns)
        hole = _latents(plane, header, number)
        for (down, right), (inside, border) in _SIDES.items():
            if not (0 <= row + down < header.rows and 0 <= column + right < header.columns):
                continue
            beside = number + down * header.columns + right
            if beside not in lost:
                hole[inside] = _latents(plane, header, beside)[border]


# Neighbour (rows down, columns right): the strip of the lost tile that its synthesis sees, and
# the border latents that fill it.
_SIDES = {
    (-1, 0): (np.s_[:, :DECODER_HALO], np.s_[:, -1:]),
    (1, 0): (np.s_[:, -DECODER_HALO:], np.s_[:, :1]),
    (0, -1): (np.s_[:, :, :DECODER_HALO], np.s_[:, :, -1:]),
    (0, 1): (np.s_[:, :, -DECODER_HALO:], np.s_[:, :, :1]),
}


def _latents(plane: LatentPlane, header: Header, number: int) -> NDArray[np.float32]:
    """Return the view of a tile's latents in the plane of the whole picture."""
    left, top, width, height = (-(-n // STRIDE) for n in header.tile_box(number))
    return plane.values[:, top : top + height, left : left + width]


def _alpha(file: Salvage, problems: list[str]) -> Samples | None:
    """Return the alpha plane; fully opaque if it is lost."""
    header = file.header
    if not header.has_alpha:
        return None
    if file.alpha is not None:
        try:
            return imaging.decode_alpha(file.alpha, header.width, header.height, header.sixteen_bit)
        except CorruptError as error:
            problems.append(str(error))
    kind = np.uint16 if header.sixteen_bit else np.uint8
    return np.full((header.height, header.width), np.iinfo(kind).max, kind)
