"""Open an image: read and check its header, without decoding pixels."""

import struct
from typing import IO

from PIL import Image
from PIL.ImageFile import ImageFile

from llcodec._signature import SIGNATURE
from llcodec.errors import UnreadableImageError
from llcodec.imaging.formats import READABLE
from llcodec.imaging.limits import check_pixels
from llcodec.imaging.optional import check_known
from llcodec.imaging.precheck import precheck, refuse_unbounded


def open_image(stream: IO[bytes], max_pixels: int) -> ImageFile:
    """Open an image without decoding it.

    Pillow's own ``Image.open`` warns or refuses at limits that are global to the process;
    its plugins are asked directly instead, so that ``max_pixels`` is the only limit.

    Raises:
        UnreadableImageError: when no plugin knows the format, or ``precheck`` refuses the file.
        MissingLibraryError: when the library for its format is not installed.
        TooManyPixelsError: when the header says more than ``max_pixels``.
        Exception: whatever a plugin raises for a broken header; see ``guard.guarded``.
    """
    stream.seek(0)
    prefix = stream.read(16)
    if not prefix:
        raise UnreadableImageError("not an image that can be read: the file is empty")
    for name in READABLE:
        image = _try(name, stream, prefix, max_pixels)
        if image is not None:
            check_pixels(image.width, image.height, max_pixels)
            refuse_unbounded(image)
            return image
    check_known(prefix)
    if prefix.startswith(SIGNATURE):
        raise UnreadableImageError("is an .llc file already: llc decode makes an image of it")
    raise UnreadableImageError("not an image that can be read: unknown format")


def _try(name: str, stream: IO[bytes], prefix: bytes, max_pixels: int) -> ImageFile | None:
    factory, accept = Image.OPEN[name]
    try:
        answer = accept(prefix) if accept is not None else True
        # a plugin without its library answers with a message instead of a bool
        if not answer or isinstance(answer, str):
            return None
        precheck(name, stream, max_pixels)
        stream.seek(0)
        return factory(stream, "")
    except (SyntaxError, IndexError, TypeError, KeyError, struct.error):
        return None  # a plugin's way of saying "not mine"
