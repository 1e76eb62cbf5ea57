"""Convert a Pillow image of any mode to arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llcodec._arrays import Samples
from llcodec.errors import UnreadableImageError
from llcodec.imaging.depth import row_blocks
from llcodec.imaging.modes import mode_converter

Key = tuple[int, ...]


class Decoded(NamedTuple):
    """H×W×3 samples in the source's colours, H×W alpha, and whether there was one channel."""

    pixels: Samples
    alpha: Samples | None
    grey: bool


def transparent_key(image: Image.Image) -> Key | None:
    """Return the colour that PNG's tRNS makes transparent, if there is one.

    Call this before the pixels are loaded: loading scales grey of 2 and 4 bits.
    """
    key = image.info.get("transparency")
    if image.mode in ("P", "PA") or not isinstance(key, int | tuple):
        return None
    if isinstance(key, tuple):
        return key if len(key) == 3 and all(isinstance(k, int) for k in key) else None
    if image.mode == "1":
        return (255 if key else 0,)
    tile = getattr(image, "tile", None)
    return (key * {"L;2": 85, "L;4": 17}.get(tile[0][3] if tile else "", 1),)


def samples_of_image(image: Image.Image, key: Key | None) -> Decoded:
    """Return the samples of a loaded image: uint16 for modes I;16, I and F, else uint8.

    Args:
        image: a Pillow image of any mode.
        key: the transparent colour, from :func:`transparent_key`.

    CMYK and LAB become sRGB by their profile (CMYK without a profile by Pillow's formula).
    Mode I has 16-bit values, mode F values from 0 to 1; negative values become 0.

    Raises:
        UnreadableImageError: when an I image is outside 0…65535, or an F image above 1.
    """
    if image.mode.startswith(("I", "F")):
        plane = _deep_grey(image)
        pixels: Samples = np.repeat(plane[..., None], 3, axis=2)
        return Decoded(pixels, alpha_from_key(pixels, key), True)
    pixels, alpha, grey = _shallow(image)
    return Decoded(pixels, alpha_from_key(pixels, key) if alpha is None else alpha, grey)


def alpha_from_key(pixels: Samples, key: Key | None) -> Samples | None:
    """Return alpha that is 0 where a pixel has the transparent colour, and full elsewhere."""
    if key is None:
        return None
    full = np.iinfo(pixels.dtype).max
    wanted = np.array(key if len(key) == 3 else key * 3, np.int64) & full
    out = np.full(pixels.shape[:2], full, pixels.dtype)
    for rows in row_blocks(pixels.shape[1], pixels.shape[0]):
        out[rows][(pixels[rows] == wanted.astype(pixels.dtype)).all(axis=2)] = 0
    return out


def _shallow(image: Image.Image) -> Decoded:
    width, height = image.size
    mode, convert = mode_converter(image)
    pixels = np.empty((height, width, 3), np.uint8)
    alpha = np.empty((height, width), np.uint8) if mode.endswith("A") else None
    colours = len(mode) - (alpha is not None)
    # Block by block, since Pillow's conversions and np.asarray each make copies.
    for rows in row_blocks(width, height):
        block = np.asarray(convert(image.crop((0, rows.start, width, rows.stop))))
        block = block.reshape(rows.stop - rows.start, width, -1)
        pixels[rows] = block[..., :colours]  # one grey channel spreads over three
        if alpha is not None:
            alpha[rows] = block[..., -1]
    return Decoded(pixels, alpha, colours == 1)


def _deep_grey(image: Image.Image) -> NDArray[np.uint16]:
    plane = np.asarray(image)
    if image.mode == "F":
        return _from_float(plane)
    if image.mode == "I" and (plane.min() < 0 or plane.max() > 65535):
        raise UnreadableImageError(
            "samples of 32 bits, or below zero, are not supported; convert the image to 16 bits"
        )
    plane = plane.astype(np.uint16)
    tags = getattr(image, "tag_v2", {})
    if tags.get(258) == (12,):  # TIFF of 12 bits: Pillow leaves it at 0…4095
        plane = ((plane.astype(np.uint32) * 65535 + 2047) // 4095).astype(np.uint16)
    if tags.get(262) == 0:  # TIFF with white as zero: Pillow inverts 8 bits, but not 16
        plane = 65535 - plane
    return plane


def _from_float(plane: NDArray[np.float32]) -> NDArray[np.uint16]:
    if not np.isfinite(plane).all() or plane.max() > 1:
        raise UnreadableImageError(
            "float samples must lie between 0 and 1; convert the image to 16 bits"
        )
    scaled = np.rint(np.clip(plane, 0, 1) * np.float32(65535))
    return np.asarray(scaled, np.uint16)
