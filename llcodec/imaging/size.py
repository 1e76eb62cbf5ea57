"""Read the size of a picture file from its header."""

from pathlib import Path

from PIL.ImageFile import ImageFile

from llcodec.errors import UnreadableImageError
from llcodec.imaging.guard import guarded
from llcodec.imaging.metadata import metadata_from_info
from llcodec.imaging.opening import open_image
from llcodec.imaging.raw import developed_size
from llcodec.imaging.raw_signs import is_raw


def picture_size(path: Path, *, max_pixels: int) -> tuple[int, int]:
    """Return height and width of the upright picture at ``path`` without decoding it.

    Raises:
        TooManyPixelsError: when the header says more than ``max_pixels``.
        UnreadableImageError: when the file cannot be opened, or is not an image.
        InputError: when a library that it needs is not installed.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableImageError(f"cannot be read: {error.strerror or error}") from error
    with stream, guarded(UnreadableImageError, "the image is damaged"):
        if is_raw(stream, path.name):
            return developed_size(stream, max_pixels)
        image = open_image(stream, max_pixels)
        size = image.height, image.width
        return size[::-1] if _lies_on_its_side(image) else size


def _lies_on_its_side(image: ImageFile) -> bool:
    """Return whether EXIF swaps width and height; Pillow does so itself for TIFF."""
    return not hasattr(image, "tag_v2") and metadata_from_info(image.info)[1] >= 5
