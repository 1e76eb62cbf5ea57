"""Encoding: from a picture to latents, and from latents to the tiles of a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Floats, Samples
from llcodec._bitstream import HYPER_STRIDE, QUALITY_UNITS, STRIDE, TILE_SIZE_STEP
from llcodec._limits import MAX_TILE_SIZE
from llcodec._windows import Window
from llcodec.codec.borders import (
    Content,
    border_within,
    content_thumbnail,
    find_content,
    tone_of_picture,
)
from llcodec.codec.brightness import Brightness
from llcodec.codec.contrast import with_contrast
from llcodec.codec.effort import Search
from llcodec.codec.parallel import map_beside
from llcodec.codec.samples import crop
from llcodec.codec.windows import ENCODER_HALO, LatentBox, in_pixels, place_of, windows
from llcodec.container import Tile
from llcodec.engine.protocol import Place, Transforms
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import BrokenModelError, CorruptError, InputError

TILE_SIZE = 2048  # pixels a side, unless the caller gives another size


def check_tile_size(size: int) -> None:
    """Raise InputError unless tiles may have this width and height, in pixels."""
    if size not in range(TILE_SIZE_STEP, MAX_TILE_SIZE + 1, TILE_SIZE_STEP):
        raise InputError(f"tiles must be a multiple of 64 from 64 to {MAX_TILE_SIZE}, not {size}")


class Analysis:
    """The latents of a picture before a quality is chosen, computed when they are first needed.

    Args:
        plane: M×h×w, for the latents.
        tone: the numbers of the tone curve; None for a picture that is not enhanced.
        waiting: windows that are not in the plane yet, and what returns their latents, with halo.

    Attributes:
        tone: as above.
        shape: M, h and w.
    """

    def __init__(
        self,
        plane: Floats,
        tone: tuple[int, ...] | None,
        waiting: Iterable[tuple[Window, Callable[[], Floats]]] = (),
    ) -> None:
        self.tone, self.shape = tone, plane.shape
        self._plane, self._waiting = plane, list(waiting)

    def latents(self) -> Floats:
        """Return all latents, M×h×w."""
        return self.crop(LatentBox(0, self.shape[1], 0, self.shape[2]))

    def crop(self, box: LatentBox) -> Floats:
        """Return the latents of a box, M×h×w."""
        for piece in [piece for piece in self._waiting if _overlap(piece[0], box)]:
            window, transform = piece
            rows, columns = window.rows, window.columns
            self._plane[:, rows.core, columns.core] = transform()[:, rows.inner, columns.inner]
            self._waiting.remove(piece)
        return self._plane[:, box.top : box.bottom, box.left : box.right]


def _overlap(window: Window, box: LatentBox) -> bool:
    """Return whether the core of a window and a box share latents."""
    rows, columns = window.rows.core, window.columns.core
    beside = columns.stop <= box.left or columns.start >= box.right
    return not (beside or rows.stop <= box.top or rows.start >= box.bottom)


def analyse(transforms: Transforms, pixels: Samples) -> Analysis:
    """Prepare the analysis transform of H×W×3 samples.

    The tone and the largest SNR are computed from the whole picture without its constant border,
    which keeps its colour; the transforms, attention included, run window by window. A picture of
    one colour, or a graphic, gets no tone, and is not enhanced.

    Raises:
        BrokenModelError: when the tone of a picture with a border cannot be inverted.
    """
    content = find_content(pixels)
    thumbnail = content_thumbnail(pixels, content)
    tone = None if thumbnail is None else _predict_tone(transforms, thumbnail)
    if tone is not None:
        tone = tone_of_picture(tone, content, *pixels.shape[:2])
    source = _Source(pixels, content, _inverse(content, tone))
    height, width = (-(-n // STRIDE) for n in pixels.shape[:2])
    pieces = list(windows(height, width, ENCODER_HALO))
    # A single window without a border has the largest SNR of the picture itself.
    needs_maximum = len(pieces) > 1 or content.border is not None
    needs_maximum = needs_maximum and transforms.needs_snr_maximum
    maximum = _snr_maximum(transforms, source, pieces) if needs_maximum else None

    def transform(window: Window) -> Floats:
        x, place = source.window(window), source.place(window)
        return transforms.analyse(x, tone, maximum, enhance=thumbnail is not None, place=place)

    plane = np.empty((transforms.latents, height, width), np.float32)
    return Analysis(plane, tone, [(window, partial(transform, window)) for window in pieces])


def _predict_tone(transforms: Transforms, thumbnail: Floats) -> tuple[int, ...] | None:
    tone = transforms.predict_tone(thumbnail)
    return None if tone is None else with_contrast(tone, thumbnail)


@dataclass(frozen=True, eq=False)
class _Source:
    """The input of the analysis transform.

    The tone curve turns what the transform sees of the border into the border's own colour.
    """

    pixels: Samples
    content: Content
    inverse: Brightness | None

    def window(self, window: Window) -> Floats:
        """Return a window with its halo, H×W×3 in [0, 1]."""
        rows, columns = in_pixels(window.rows.outer), in_pixels(window.columns.outer)
        height, width = rows.stop - rows.start, columns.stop - columns.start
        x = crop(self.pixels, rows.start, columns.start, height, width)
        border = self.border(window)
        if border is not None and self.inverse is not None:
            shot = self.inverse.adjust(x[border][None], self.place(window), border)
            x[border] = np.clip(shot[0], 0, 1)
        return x

    def place(self, window: Window) -> Place:
        """Return where a window with its halo lies."""
        height, width = self.pixels.shape[:2]
        return place_of(window.rows.outer, window.columns.outer, height, width)

    def border(self, window: Window) -> NDArray[np.bool_] | None:
        """Return where a window with its halo has the border, H×W; None for nowhere."""
        rows, columns = in_pixels(window.rows.outer), in_pixels(window.columns.outer)
        return border_within(self.content, rows, columns)


def _inverse(content: Content, tone: tuple[int, ...] | None) -> Brightness | None:
    """Return the inverse of the tone curve, if there is a border that needs it."""
    if tone is None or content.border is None:
        return None
    try:
        return Brightness(tone, 0)
    except CorruptError as error:
        raise BrokenModelError("the model computes a tone that cannot be inverted") from error


def _snr_maximum(transforms: Transforms, source: _Source, pieces: Iterable[Window]) -> float:
    """Return the largest SNR of what a picture holds within its border."""
    maxima = []
    for window in pieces:
        ratio = transforms.snr_ratio(source.window(window))
        border = source.border(window)
        if border is not None:
            ratio = np.where(border, 0, ratio)
        maxima.append(ratio[in_pixels(window.rows.inner), in_pixels(window.columns.inner)].max())
    return float(max(maxima))


def encode_tiles(
    transforms: Transforms,
    coder: LatentCoder,
    analysis: Analysis,
    quality_units: int,
    tile_size: int,
    search: Search | None = None,
) -> tuple[Tile, ...]:
    """Return the tiles of a picture at one quality, in raster order.

    With several threads, a tile is coded beside the analysis of the next one; never two at once,
    which would take too much memory. A ``search`` looks for better latents, one tile after the
    other.

    Raises:
        BrokenModelError: when the latents are not finite.
    """
    gain = transforms.gain(quality_units / QUALITY_UNITS)[:, None, None]
    boxes = list(_boxes(analysis.shape, tile_size // STRIDE))

    def gained() -> Iterator[_GainedTile]:
        for box in boxes:
            coded = analysis.crop(box) * gain
            z_hat = hyper_latents(transforms, coded)
            if not (np.isfinite(coded).all() and np.isfinite(z_hat).all()):
                raise BrokenModelError("the model computes latents that are not finite")
            yield _GainedTile(box, coded, z_hat)

    def encode(tile: _GainedTile) -> Tile:
        if search is None:
            stream, decoded = coder.encode(tile.latents, tile.z_hat, quality_units)
        else:
            stream, decoded = search.encode(tile.latents, tile.z_hat, tile.box)
        return Tile(decoded.checksum(), stream)

    # A search runs transforms, which threads must not share; a single tile has none beside it.
    alone = search is not None or len(boxes) == 1
    return tuple(map(encode, gained()) if alone else map_beside(encode, gained()))


@dataclass(frozen=True, eq=False)
class _GainedTile:
    """The latents of a tile at one quality, M×h×w, and its hyper-latents."""

    box: LatentBox
    latents: Floats
    z_hat: Floats


def _boxes(shape: tuple[int, ...], side: int) -> Iterator[LatentBox]:
    """Yield the tiles of a plane M×h×w of latents."""
    _, height, width = shape
    for top in range(0, height, side):
        for left in range(0, width, side):
            yield LatentBox(top, min(top + side, height), left, min(left + side, width))


def hyper_latents(transforms: Transforms, coded: Floats) -> Floats:
    """Return the rounded hyper-latents of gained latents, padded to whole hyper-latents."""
    pad = (0, 0), (0, -coded.shape[1] % HYPER_STRIDE), (0, -coded.shape[2] % HYPER_STRIDE)
    return np.rint(transforms.hyper_analysis(np.pad(coded, pad, mode="edge")))
