"""Read the size of a picture file from its header."""

import io
from pathlib import Path
from typing import IO

from PIL.ImageFile import ImageFile

from llcodec.errors import UnreadableImageError
from llcodec.imaging.guard import guarded
from llcodec.imaging.metadata import metadata_from_info
from llcodec.imaging.opening import open_image
from llcodec.imaging.raw import developed_size
from llcodec.imaging.raw_signs import is_raw


def picture_size(source: Path | bytes, *, max_pixels: int) -> tuple[int, int]:
    """Return height and width of the upright picture of a file, without decoding it.

    Args:
        source: the path of the file, or its bytes.
        max_pixels: limit on width × height.

    Raises:
        TooManyPixelsError: when the header says more than ``max_pixels``.
        UnreadableImageError: when the file cannot be opened, or is not an image.
        InputError: when a library that it needs is not installed.
    """
    name = source.name if isinstance(source, Path) else None
    with _opened(source) as stream, guarded(UnreadableImageError, "the image is damaged"):
        if is_raw(stream, name):
            return developed_size(stream, max_pixels)
        image = open_image(stream, max_pixels)
        size = image.height, image.width
        return size[::-1] if _lies_on_its_side(image) else size


def _opened(source: Path | bytes) -> IO[bytes]:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return source.open("rb")
    except OSError as error:
        raise UnreadableImageError(f"cannot be read: {error.strerror or error}") from error


def _lies_on_its_side(image: ImageFile) -> bool:
    """Return whether EXIF swaps width and height; Pillow does so itself for TIFF."""
    return not hasattr(image, "tag_v2") and metadata_from_info(image.info)[1] >= 5
