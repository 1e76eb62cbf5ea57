"""Read colour of 16 bits a channel, for which Pillow has no mode.

Pillow decodes 16-bit colour to 8-bit modes by keeping the high byte of each sample; which byte
that is depends on the byte order in the raw mode of the image's tiles. So the file is decoded
twice, once as it is and once with the byte order swapped, which gives the low bytes. In a dark
photograph, most of the picture is in those.

Covered: PNG (RGB, RGBA, LA; interlaced too), TIFF (RGB, RGBX, RGBA and premultiplied RGBA;
any compression that Pillow reads), binary PPM of any depth. Pillow gives no access to the low bytes
of JPEG 2000 and SGI colour, AVIF and HEIC of 10 and 12 bits, CMYK of 16 bits and plain-text PPM:
those are read with 8 bits.
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL.ImageFile import ImageFile

from llcodec.errors import UnreadableImageError
from llcodec.imaging.depth import row_blocks
from llcodec.imaging.samples import Decoded, Key, alpha_from_key

_NATIVE = "L" if sys.byteorder == "little" else "B"


def deep_rawmode(image: ImageFile) -> str | None:
    """Return the raw mode of an image of 16-bit colour that is not loaded yet, else None.

    Raises:
        UnreadableImageError: when it is a 16-bit TIFF with separate planes, of which Pillow decodes
            the high bytes or nothing.
    """
    if not image.tile or image.mode not in ("RGB", "RGBA"):
        return None
    args = image.tile[0].args
    rawmode = args[0] if isinstance(args, tuple) else args
    if image.format == "PPM" and isinstance(args, tuple):
        binary = image.tile[0].codec_name == "ppm"
        return "RGB;16B" if binary and args[1] > 255 else None
    tags = getattr(image, "tag_v2", {})
    if tags.get(284) == 2 and 16 in tags.get(258, ()):
        raise UnreadableImageError(
            "a 16-bit TIFF with separate colour planes cannot be read; save it interleaved"
        )
    is_deep = isinstance(rawmode, str) and rawmode.endswith((";16B", ";16L", ";16N"))
    return str(rawmode) if is_deep else None


def read_deep(
    image: ImageFile, rawmode: str, reopen: Callable[[], ImageFile], key: Key | None
) -> Decoded:
    """Decode 16-bit colour.

    Args:
        image: just opened, not loaded; its pixels are loaded here.
        rawmode: from :func:`deep_rawmode`.
        reopen: opens the same file once more.
        key: the transparent colour, see ``samples.transparent_key``.
    """
    if rawmode.startswith("LA"):
        return _grey_alpha(image)
    tile_args = image.tile[0].args
    high = rawmode.replace("RGBa", "RGBA")  # premultiplied: undone below, with all bits
    _load(image, high)
    width, height = image.size  # a TIFF is upright only once it is loaded
    samples = np.empty((height, width, len(image.getbands())), np.uint16)
    for rows, block in _blocks_of(image):
        samples[rows] = block.astype(np.uint16) << np.uint16(8)
    low = reopen()
    _load(low, _swapped(high))
    for rows, block in _blocks_of(low):
        samples[rows] |= block
    if image.format == "PPM":
        assert isinstance(tile_args, tuple)
        _stretch(samples, int(tile_args[1]))
    if samples.shape[2] == 3:
        return Decoded(samples, alpha_from_key(samples, key), False)
    if "RGBa" in rawmode:
        _unpremultiply(samples)
    alpha = np.ascontiguousarray(samples[..., 3])
    return Decoded(np.ascontiguousarray(samples[..., :3]), alpha, False)


def _swapped(rawmode: str) -> str:
    byte_order = _NATIVE if rawmode[-1] == "N" else rawmode[-1]
    return rawmode[:-1] + {"L": "B", "B": "L"}[byte_order]


def _load(image: ImageFile, rawmode: str) -> None:
    """Decode with another raw mode of as many bits a pixel."""
    for index, tile in enumerate(image.tile):
        if image.format == "PPM":
            tile = tile._replace(codec_name="raw", args=(rawmode, 0, 1))
        elif isinstance(tile.args, tuple):
            tile = tile._replace(args=(rawmode, *tile.args[1:]))
        else:
            tile = tile._replace(args=rawmode)
        image.tile[index] = tile
    image.load()


def _blocks_of(image: ImageFile) -> Iterator[tuple[slice, NDArray[np.uint8]]]:
    for rows in row_blocks(image.width, image.height):
        yield rows, np.asarray(image.crop((0, rows.start, image.width, rows.stop)))


def _grey_alpha(image: ImageFile) -> Decoded:
    """Read 16-bit grey with alpha, which has four bytes a pixel, as if it were RGBA."""
    image._mode = "RGBA"
    _load(image, "RGBA")
    planes = np.empty((image.height, image.width, 2), np.uint16)
    for rows, block in _blocks_of(image):
        planes[rows] = block.view(">u2")
    return Decoded(np.repeat(planes[..., :1], 3, axis=2), planes[..., 1].copy(), True)


def _stretch(samples: NDArray[np.uint16], maxval: int) -> None:
    """Scale 0…maxval to 0…65535, in place."""
    if maxval == 65535:
        return
    for rows in row_blocks(samples.shape[1], samples.shape[0]):
        wide = np.minimum(samples[rows], maxval).astype(np.uint64)
        samples[rows] = (wide * 65535 + maxval // 2) // maxval


def _unpremultiply(samples: NDArray[np.uint16]) -> None:
    """Divide H×W×RGBA by its alpha, in place; black where alpha is 0."""
    for rows in row_blocks(samples.shape[1], samples.shape[0]):
        alpha = samples[rows][..., 3:].astype(np.uint64)
        colour = samples[rows][..., :3] * np.uint64(65535) + alpha // 2
        colour = np.where(alpha > 0, colour // np.maximum(alpha, 1), 0)
        samples[rows][..., :3] = np.minimum(colour, 65535)
