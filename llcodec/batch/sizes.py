"""Read the number of pixels of a file from its header, before any is decoded."""

from pathlib import Path

from llcodec.container import SIGNATURE, Limits, read_header
from llcodec.errors import LlcError
from llcodec.imaging import picture_size


def megapixels(source: Path | bytes, max_pixels: int) -> float:
    """Return the megapixels of an image file or an ``.llc`` file.

    0 for a file that cannot be read or has more than ``max_pixels``: it will not be decoded.
    """
    try:
        if isinstance(source, bytes) and source.startswith(SIGNATURE):
            return read_header(source, Limits(max_pixels=max_pixels)).pixels / 1e6
        height, width = picture_size(source, max_pixels=max_pixels)
        return height * width / 1e6
    except LlcError:
        return 0.0
