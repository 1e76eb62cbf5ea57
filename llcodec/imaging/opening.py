"""Opening an image: the header is read and checked, no pixel is decoded."""

import struct
from typing import IO

from PIL import Image
from PIL.ImageFile import ImageFile

from llcodec.errors import TooManyPixelsError, UnreadableImageError
from llcodec.imaging.formats import READABLE


def open_image(stream: IO[bytes], max_pixels: int) -> ImageFile:
    """Open an image without decoding it.

    Pillow's own ``Image.open`` warns or refuses at limits that are global to the process;
    its plugins are asked directly instead, so that ``max_pixels`` is the only limit.

    Raises:
        UnreadableImageError: no plugin knows the format.
        TooManyPixelsError: the header says more than ``max_pixels``.
        Exception: whatever a plugin makes of a broken header; see ``guard.guarded``.
    """
    stream.seek(0)
    prefix = stream.read(16)
    if not prefix:
        raise UnreadableImageError("not an image that can be read: the file is empty")
    for name in READABLE:
        image = _try(name, stream, prefix)
        if image is not None:
            check_pixels(image.width, image.height, max_pixels)
            return image
    raise UnreadableImageError("not an image that can be read: unknown format")


def _try(name: str, stream: IO[bytes], prefix: bytes) -> ImageFile | None:
    factory, accept = Image.OPEN[name]
    try:
        answer = accept(prefix) if accept is not None else True
        # a plugin without its library answers with a message instead of a bool
        if not answer or isinstance(answer, str):
            return None
        stream.seek(0)
        return factory(stream, "")
    except (SyntaxError, IndexError, TypeError, KeyError, struct.error):
        return None  # a plugin's way of saying "not mine"


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Check a size against a limit.

    Raises:
        UnreadableImageError: the picture has no pixels.
        TooManyPixelsError: it has more than ``max_pixels``.
    """
    if width < 1 or height < 1:
        raise UnreadableImageError("not an image that can be read: it has no pixels")
    if width * height > max_pixels:
        raise TooManyPixelsError(
            f"{width}×{height} is {width * height:,} pixels, above the limit of "
            f"{max_pixels:,}; raise max_pixels (--max-pixels) to read it"
        )
