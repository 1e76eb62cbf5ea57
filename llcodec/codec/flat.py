"""Areas of one colour: find them in a picture, and restore them after decoding.

They keep their colour at every brightness and exposure, since no light of the scene made it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Samples
from llcodec.codec.borders import constant_borders
from llcodec.codec.region import Region
from llcodec.container import FlatArea, Header
from llcodec.container.flat_area import MAX_ROWS

_Edges = NDArray[np.intp]


def flat_areas(pixels: Samples) -> tuple[FlatArea, ...]:
    """Return the constant borders of H×W×3 samples, as :func:`constant_borders` has them.

    A picture of one colour is one area. Areas that lie within others are left out, and so are those
    that take more rows than a file may have.
    """
    height, width = pixels.shape[:2]
    rest = np.ones((height, width), bool)
    areas: list[FlatArea] = []
    for corner, found in constant_borders(pixels).items():
        if sum(len(area.lengths) for area in areas) + found.size > MAX_ROWS:
            continue
        red, green, blue = (int(c) for c in pixels[-(corner // 2), -(corner % 2)])
        area = FlatArea(corner, (red, green, blue), width, tuple(int(n) for n in found if n))
        covered = _covered(area, *_edges(0, height), *_edges(0, width), height)
        if (rest & covered).any():
            rest &= ~covered
            areas.append(area)
    return tuple(areas)


def restore(pixels: Samples, areas: Sequence[FlatArea], header: Header, region: Region) -> None:
    """Give decoded samples of a region, h×w×3, the colours of the areas."""
    rows = _edges(region.top, region.top + region.height)
    columns = _edges(region.left, region.left + region.width)
    for area in areas:
        pixels[_covered(area, *rows, *columns, header.height)] = area.colour


def restore_preview(pixels: Samples, areas: Sequence[FlatArea], header: Header, block: int) -> None:
    """Give samples of blocks, ``block`` pixels a side, those of areas that cover all of a block."""
    height, width = pixels.shape[:2]
    rows = np.minimum(np.arange(height + 1) * block, header.height)
    columns = np.minimum(np.arange(width + 1) * block, header.width)
    for area in areas:
        covered = _covered(area, rows[:-1], rows[1:], columns[:-1], columns[1:], header.height)
        pixels[covered] = area.colour


def _edges(start: int, stop: int) -> tuple[_Edges, _Edges]:
    """Return where pixels start and where they stop."""
    edges = np.arange(start, stop + 1)
    return edges[:-1], edges[1:]


def _covered(
    area: FlatArea, tops: _Edges, bottoms: _Edges, lefts: _Edges, rights: _Edges, height: int
) -> NDArray[np.bool_]:
    """Return which cells of a grid lie within an area of a picture of this height."""
    lengths = np.array(area.lengths, np.int64)
    # The row of a cell that is farthest from the corner is the shortest.
    farthest = bottoms - 1 if area.corner < 2 else height - 1 - tops
    there = farthest < len(lengths)
    lengths = np.where(there, lengths[np.where(there, farthest, 0)], 0)
    reach = rights if area.corner % 2 == 0 else area.width - lefts
    return np.asarray(reach <= lengths[:, None])
