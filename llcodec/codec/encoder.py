"""Encoding: from a picture to latents, and from latents to the tiles of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

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
from llcodec.codec.effort import Search
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


@dataclass(frozen=True)
class AnalysedPicture:
    """The latents of a picture, M×h×w, and its tone numbers, before a quality is chosen."""

    latents: Floats
    tone: tuple[int, ...] | None


def analyse(transforms: Transforms, pixels: Samples) -> AnalysedPicture:
    """Run the analysis transform on H×W×3 samples.

    The tone and the largest SNR are computed from the whole picture without its constant border,
    which keeps its colour; the transforms, attention included, run window by window. A picture of
    one colour, or a graphic, gets no tone, and is not enhanced.

    Raises:
        BrokenModelError: when the tone of a picture with a border cannot be inverted.
    """
    content = find_content(pixels)
    thumbnail = content_thumbnail(pixels, content)
    tone = None if thumbnail is None else transforms.predict_tone(thumbnail)
    if tone is not None:
        tone = tone_of_picture(tone, content, *pixels.shape[:2])
    source = _Source(pixels, content, _inverse(content, tone))
    height, width = (-(-n // STRIDE) for n in pixels.shape[:2])
    pieces = list(windows(height, width, ENCODER_HALO))
    # A single window without a border has the largest SNR of the picture itself.
    needs_maximum = len(pieces) > 1 or content.border is not None
    needs_maximum = needs_maximum and transforms.needs_snr_maximum
    maximum = _snr_maximum(transforms, source, pieces) if needs_maximum else None
    latents = np.empty((transforms.latents, height, width), np.float32)
    for window in pieces:
        rows, columns = window.rows, window.columns
        x = source.window(window)
        y = transforms.analyse(
            x, tone, maximum, enhance=thumbnail is not None, place=source.place(window)
        )
        latents[:, rows.core, columns.core] = y[:, rows.inner, columns.inner]
    return AnalysedPicture(latents, tone)


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
    analysis: AnalysedPicture,
    quality_units: int,
    tile_size: int,
    search: Search | None = None,
) -> tuple[Tile, ...]:
    """Return the tiles of a picture at one quality, in raster order.

    Tiles are coded one after the other: choosing the symbols of one takes a gigabyte. A ``search``
    looks for better latents.

    Raises:
        BrokenModelError: when the latents are not finite.
    """
    gain = transforms.gain(quality_units / QUALITY_UNITS)[:, None, None]
    side, (_, height, width) = tile_size // STRIDE, analysis.latents.shape
    tiles = []
    for top in range(0, height, side):
        for left in range(0, width, side):
            coded = analysis.latents[:, top : top + side, left : left + side] * gain
            z_hat = hyper_latents(transforms, coded)
            if not (np.isfinite(coded).all() and np.isfinite(z_hat).all()):
                raise BrokenModelError("the model computes latents that are not finite")
            if search is None:
                stream, decoded = coder.encode(coded, z_hat, quality_units)
            else:
                box = LatentBox(top, top + coded.shape[1], left, left + coded.shape[2])
                stream, decoded = search.encode(coded, z_hat, box)
            tiles.append(Tile(decoded.checksum(), stream))
    return tuple(tiles)


def hyper_latents(transforms: Transforms, coded: Floats) -> Floats:
    """Return the rounded hyper-latents of gained latents, padded to whole hyper-latents."""
    pad = (0, 0), (0, -coded.shape[1] % HYPER_STRIDE), (0, -coded.shape[2] % HYPER_STRIDE)
    return np.rint(transforms.hyper_analysis(np.pad(coded, pad, mode="edge")))
