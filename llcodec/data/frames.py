"""Read one picture of a data set from an image file, a .npy array or a RAW file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llcodec._limits import MAX_PIXELS
from llcodec.data.pairs import read_pixels
from llcodec.data.raw import RAW_SUFFIXES, read_raw
from llcodec.errors import UnreadableImageError
from llcodec.imaging import IMAGE_SUFFIXES, picture_size

FRAME_SUFFIXES = IMAGE_SUFFIXES | RAW_SUFFIXES | {".npy"}
"""Lower-case suffixes, with the dot, of files that contain one picture of a data set."""

_TIFF = (b"II*\0", b"MM\0*")  # ARW, CR2, DNG and NEF are TIFF files


def is_picture(path: Path) -> bool:
    """Return whether a file is an image, which the loaders read directly, not .npy or RAW."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def frame_size(path: Path) -> tuple[int, int] | None:
    """Return height and width from the header of a file; None for RAW, which needs rawpy.

    Raises UnreadableImageError if the header shows that the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _open_npy(path).shape[:2]
    if suffix not in RAW_SUFFIXES:
        return picture_size(path, max_pixels=MAX_PIXELS)
    start = _start(path)
    if not start or (suffix in {".arw", ".cr2", ".dng", ".nef"} and start not in _TIFF):
        raise UnreadableImageError(
            f"not a RAW file: {'wrong signature' if start else 'it is empty'}"
        )
    return None


def read_frame(path: Path) -> NDArray[np.uint8]:
    """Return one picture as H×W×3 8-bit sRGB.

    Arrays in .npy files are H×W×3 8-bit BGR, as common copies of SID, SMID and SDSD have it.

    Raises:
        InputError: the file is RAW, and rawpy is not installed.
        UnreadableImageError: the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return np.ascontiguousarray(_open_npy(path)[..., ::-1])
    return read_raw(path) if suffix in RAW_SUFFIXES else read_pixels(path)


def _open_npy(path: Path) -> NDArray[np.uint8]:
    """Return the array in a file without reading its data; a truncated file is an error."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableImageError(f"not an array that can be read: {error}") from error
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise UnreadableImageError(
            f"not a picture: {array.dtype} of shape {array.shape} instead of uint8 of H×W×3"
        )
    pixels: NDArray[np.uint8] = array
    return pixels


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise UnreadableImageError(f"cannot be read: {error.strerror or error}") from error
