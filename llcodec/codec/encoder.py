"""Encoding: from a picture to latents, and from latents to the tiles of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Samples
from llcodec._bitstream import HYPER_STRIDE, QUALITY_UNITS, STRIDE, TILE_SIZE_STEP
from llcodec._limits import MAX_TILE_SIZE
from llcodec._windows import Window
from llcodec.codec.samples import crop, thumbnail_of_samples
from llcodec.codec.windows import ENCODER_HALO, in_pixels, windows
from llcodec.container import Tile
from llcodec.engine.protocol import Floats, Transforms
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import BrokenModelError, InputError

TILE_SIZE = 2048  # pixels a side, unless the caller gives another size


def check_tile_size(size: int) -> None:
    """Raise InputError unless tiles may have this width and height, in pixels."""
    if size not in range(TILE_SIZE_STEP, MAX_TILE_SIZE + 1, TILE_SIZE_STEP):
        raise InputError(f"tiles must be a multiple of 64 from 64 to {MAX_TILE_SIZE}, not {size}")


@dataclass(frozen=True)
class AnalysedPicture:
    """The latents of a picture, M×h×w, and its 15 tone numbers, before a quality is chosen."""

    latents: Floats
    tone: tuple[int, ...] | None


def analyse(transforms: Transforms, pixels: Samples) -> AnalysedPicture:
    """Run the analysis transform on H×W×3 samples.

    The tone and the largest SNR are computed from the whole picture; the transforms, attention
    included, run window by window.
    """
    tone = transforms.predict_tone(thumbnail_of_samples(pixels))
    height, width = (-(-n // STRIDE) for n in pixels.shape[:2])
    pieces = list(windows(height, width, ENCODER_HALO))
    # A single window has the largest SNR of the picture itself.
    needs_maximum = transforms.needs_snr_maximum and len(pieces) > 1
    maximum = _snr_maximum(transforms, pixels, pieces) if needs_maximum else None
    latents = np.empty((transforms.latents, height, width), np.float32)
    for window in pieces:
        rows, columns = window.rows, window.columns
        y = transforms.analyse(_pixels_of(pixels, window), tone, maximum)
        latents[:, rows.core, columns.core] = y[:, rows.inner, columns.inner]
    return AnalysedPicture(latents, tone)


def _snr_maximum(transforms: Transforms, pixels: Samples, pieces: Iterable[Window]) -> float:
    """Return the largest SNR of a picture."""
    maxima = []
    for window in pieces:
        ratio = transforms.snr_ratio(_pixels_of(pixels, window))
        maxima.append(ratio[in_pixels(window.rows.inner), in_pixels(window.columns.inner)].max())
    return float(max(maxima))


def _pixels_of(pixels: Samples, window: Window) -> Floats:
    """Return a window of a picture with its halo, H×W×3 in [0, 1]."""
    rows, columns = window.rows, window.columns
    return crop(
        pixels,
        rows.outer.start * STRIDE,
        columns.outer.start * STRIDE,
        (rows.outer.stop - rows.outer.start) * STRIDE,
        (columns.outer.stop - columns.outer.start) * STRIDE,
    )


def encode_tiles(
    transforms: Transforms,
    coder: LatentCoder,
    analysis: AnalysedPicture,
    quality_units: int,
    tile_size: int,
) -> tuple[Tile, ...]:
    """Return the tiles of a picture at one quality, in raster order.

    Tiles are coded one after the other: choosing the symbols of one takes a gigabyte.

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
            stream, decoded = coder.encode(coded, z_hat, quality_units)
            tiles.append(Tile(decoded.checksum(), stream))
    return tuple(tiles)


def hyper_latents(transforms: Transforms, coded: Floats) -> Floats:
    """Return the rounded hyper-latents of gained latents, padded to whole hyper-latents."""
    pad = (0, 0), (0, -coded.shape[1] % HYPER_STRIDE), (0, -coded.shape[2] % HYPER_STRIDE)
    return np.rint(transforms.hyper_analysis(np.pad(coded, pad, mode="edge")))
