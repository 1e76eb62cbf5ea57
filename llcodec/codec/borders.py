"""What of a picture holds light: not the constant borders, and nothing of a flat picture.

Letterbox bars, the corners of a fisheye picture and the background of a rotated scan have one
colour. They say nothing about the exposure of what lies between them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Samples, white_level
from llcodec.codec.samples import thumbnail_of_samples
from llcodec.engine.protocol import Floats

_LEAST_PIXELS = 64  # of a border at one corner; less is chance
_LEAST_SHARE = 0.01  # of the picture
_CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, eq=False)
class Content:
    """Where a picture is more than a constant border.

    Attributes:
        border: H×W, True in the border; None if there is none.
        rows: the rows of the smallest rectangle that holds all else; empty if there is nothing.
        columns: its columns.
    """

    border: NDArray[np.bool_] | None
    rows: slice
    columns: slice


def find_content(pixels: Samples) -> Content:
    """Find the constant border of H×W×3 samples.

    A border starts in a corner of the picture, has exactly its colour, and narrows from row to row.
    """
    height, width = pixels.shape[:2]
    border = np.zeros((height, width), bool)
    if (pixels == pixels[0, 0]).all():
        return Content(~border, slice(0, 0), slice(0, 0))
    for corner, (down, right) in enumerate(_CORNERS):
        lengths = border_lengths(pixels, corner)
        if lengths is not None:
            border[::down, ::right] |= np.arange(width) < lengths[:, None]
    if not border.any():
        return Content(None, slice(0, height), slice(0, width))
    return Content(border, _extent((~border).any(1)), _extent((~border).any(0)))


def border_lengths(pixels: Samples, corner: int) -> NDArray[np.intp] | None:
    """Return how many pixels of each row belong to the border in a corner; None if it is chance.

    Args:
        pixels: H×W×3 samples.
        corner: 0 top left, 1 top right, 2 bottom left, 3 bottom right. Rows and pixels are counted
            from there.
    """
    down, right = _CORNERS[corner]
    lengths = _run_lengths(pixels[::down, ::right])
    flat = (lengths == pixels.shape[1]).all()
    least = max(_LEAST_PIXELS, _LEAST_SHARE * pixels.shape[0] * pixels.shape[1])
    return lengths if flat or lengths.sum() >= least else None


def _run_lengths(pixels: Samples) -> NDArray[np.intp]:
    """Return how many pixels of each row belong to the border at the top left corner."""
    height, width = pixels.shape[:2]
    lengths = np.zeros(height, np.intp)
    longest = width
    for row in range(height):
        differs = (pixels[row, :longest] != pixels[0, 0]).any(-1)
        longest = int(differs.argmax()) if differs.any() else longest
        if longest == 0:
            break
        lengths[row] = longest
    return lengths


def _extent(kept: NDArray[np.bool_] | np.bool_) -> slice:
    places = np.flatnonzero(kept)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


def content_thumbnail(pixels: Samples, content: Content) -> Floats | None:
    """Return the thumbnail of the content, 100×150×3 in [0, 1]; None if it holds nothing.

    A border within the rectangle counts as the mean of the content. Nothing means one colour,
    within half a level: such a picture has no exposure to guess.
    """
    cut = pixels[content.rows, content.columns]
    if cut.size == 0:
        return None
    if content.border is not None:
        border = content.border[content.rows, content.columns]
        if border.any():
            cut = np.where(border[..., None], cut[~border].mean(0).round().astype(cut.dtype), cut)
    thumbnail = thumbnail_of_samples(cut)
    spread = thumbnail.max((0, 1)) - thumbnail.min((0, 1))
    return thumbnail if float(spread.max()) > 0.5 / white_level(pixels) else None


def border_within(content: Content, rows: slice, columns: slice) -> NDArray[np.bool_] | None:
    """Return the border within a rectangle as h×w booleans, padded by replication; None for none.

    The rectangle may reach beyond the picture at the bottom and at the right.
    """
    if content.border is None:
        return None
    cut = content.border[rows, columns]
    if not cut.any():
        return None
    missing = rows.stop - rows.start - cut.shape[0], columns.stop - columns.start - cut.shape[1]
    return np.pad(cut, ((0, max(0, missing[0])), (0, max(0, missing[1]))), mode="edge")
