"""Find the content of a picture: all but constant borders, and nothing of a flat picture.

Letterbox bars, the corners of a fisheye picture and the background of a rotated scan have one
colour. They carry no information about the exposure of the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Floats, Samples, white_level
from llcodec._bitstream import TONE_GRID_COLUMNS, TONE_GRID_ROWS
from llcodec.codec.graphics import is_graphic
from llcodec.codec.samples import thumbnail_of_samples
from llcodec.engine.exposures import interpolated, is_local, positions

_LEAST_PIXELS = 64  # of a border at one corner; less is chance
_LEAST_SHARE = 0.01  # of the picture
_CELLS = TONE_GRID_ROWS * TONE_GRID_COLUMNS
_BACKGROUND_SHARE = 0.5  # of the content
_BEYOND = 12  # pixels from the end of a border to where its edge is judged
_LEAST_STEP = 3  # levels of 8 bits
_SHARP_SHARE = 0.35  # of the edge
_CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))

Borders = dict[int, NDArray[np.intp]]
"""How many pixels of each row belong to a border: by its corner, from which both are counted.

Corners are 0 top left, 1 top right, 2 bottom left, 3 bottom right.
"""


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
    """Find the constant border of H×W×3 samples; see :func:`constant_borders`."""
    height, width = pixels.shape[:2]
    if (pixels == pixels[0, 0]).all():
        return Content(np.ones((height, width), bool), slice(0, 0), slice(0, 0))
    borders = constant_borders(pixels)
    if not borders:
        return Content(None, slice(0, height), slice(0, width))
    return _content(_mask(borders, height, width))


def constant_borders(pixels: Samples) -> Borders:
    """Return the constant borders of H×W×3 samples, by their corners.

    A border starts in a corner of the picture, has exactly its colour, and narrows from row to row.
    Its edge is sharp: a dark corner that the camera, or the codec of the file, has smoothed is part
    of the scene. Where much of the rest has the colour too, it is a background, and only bars are
    borders.
    """
    height, width = pixels.shape[:2]
    least = max(_LEAST_PIXELS, _LEAST_SHARE * height * width)
    found = {}
    for corner, (down, right) in enumerate(_CORNERS):
        lengths = _run_lengths(pixels[::down, ::right])
        if lengths.sum() >= least or (lengths == width).all():
            found[corner] = lengths
    sharp = {_colour(pixels, n) for n, lengths in found.items() if _is_sharp(pixels, n, lengths)}
    found = {n: lengths for n, lengths in found.items() if _colour(pixels, n) in sharp}
    if found and _continues(pixels, found):
        bars = {n: np.where(each == width, width, each.min()) for n, each in found.items()}
        found = {n: each for n, each in bars.items() if each.sum() >= least}
    return found


def _colour(pixels: Samples, corner: int) -> tuple[int, ...]:
    down, right = _CORNERS[corner]
    return tuple(int(sample) for sample in pixels[::down, ::right][0, 0])


def _is_sharp(pixels: Samples, corner: int, lengths: NDArray[np.intp]) -> bool:
    """Return whether what lies a few pixels beyond a border differs from it.

    A few pixels, since JPEG spreads the border's colour into its blocks.
    """
    down, right = _CORNERS[corner]
    turned = pixels[::down, ::right]
    height, width = turned.shape[:2]
    beyond = min(_BEYOND, min(height, width) // 8)
    rows = np.flatnonzero((lengths > 0) & (lengths + beyond < width))
    depths = (np.arange(width) < lengths[:, None]).sum(0)
    columns = np.flatnonzero((depths > 0) & (depths + beyond < height))
    seen = np.concatenate(
        [turned[rows, lengths[rows] + beyond], turned[depths[columns] + beyond, columns]]
    ).astype(np.int64)
    if not len(seen):  # one colour, or nearly
        return True
    step = _LEAST_STEP * white_level(pixels) / 255
    differs = (np.abs(seen - turned[0, 0].astype(np.int64)) >= step).any(-1)
    return bool(differs.mean() >= _SHARP_SHARE)


def _continues(pixels: Samples, borders: Borders) -> bool:
    """Return whether the colours of borders make up most of what lies within them."""
    height, width = pixels.shape[:2]
    mask = _mask(borders, height, width)
    if mask.all():
        return False
    content = _content(mask)
    within = pixels[content.rows, content.columns][~mask[content.rows, content.columns]]
    same = np.zeros(len(within), bool)
    for corner in borders:
        same |= (within == np.array(_colour(pixels, corner))).all(-1)
    return bool(same.mean() > _BACKGROUND_SHARE)


def _mask(borders: Borders, height: int, width: int) -> NDArray[np.bool_]:
    mask = np.zeros((height, width), bool)
    for corner, lengths in borders.items():
        down, right = _CORNERS[corner]
        mask[::down, ::right] |= np.arange(width) < lengths[:, None]
    return mask


def _content(border: NDArray[np.bool_]) -> Content:
    return Content(border, _extent((~border).any(1)), _extent((~border).any(0)))


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
    """Return the thumbnail of the content, 100×150×3 in [0, 1]; None if it is not brightened.

    A border within the rectangle counts as the mean of the content. What has one colour, within
    half a level, has no exposure to guess; and a graphic can be read as it is.
    """
    cut = pixels[content.rows, content.columns]
    if cut.size == 0 or is_graphic(cut):
        return None
    if content.border is not None:
        border = content.border[content.rows, content.columns]
        if border.any():
            cut = np.where(border[..., None], cut[~border].mean(0).round().astype(cut.dtype), cut)
    thumbnail = thumbnail_of_samples(cut)
    spread = thumbnail.max((0, 1)) - thumbnail.min((0, 1))
    return thumbnail if float(spread.max()) > 0.5 / white_level(pixels) else None


def tone_of_picture(
    tone: tuple[int, ...], content: Content, height: int, width: int
) -> tuple[int, ...]:
    """Return the tone numbers of a picture, of whose content ``tone`` was predicted.

    The exposures of a local curve lie relative to the content. They are read in the middles of the
    cells of the whole picture, and rounded.
    """
    if not is_local(tone) or content.border is None:
        return tone
    grid = np.array(tone[-_CELLS:], np.float64).reshape(TONE_GRID_ROWS, TONE_GRID_COLUMNS)
    down = _positions_within(content.rows, height, TONE_GRID_ROWS)
    right = _positions_within(content.columns, width, TONE_GRID_COLUMNS)
    exposures = np.rint(interpolated(grid, down, right)).astype(int)
    return (*tone[:-_CELLS], *exposures.ravel().tolist())


def _positions_within(span: slice, length: int, cells: int) -> NDArray[np.float64]:
    """Return where the middles of the picture's cells lie, 0 and 1 being the content's edges."""
    middles = positions(slice(0, cells), cells) * length
    return np.asarray((middles - span.start) / (span.stop - span.start))


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
