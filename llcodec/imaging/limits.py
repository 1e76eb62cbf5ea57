"""Check the pixels and the length of a file against the limits."""

import os
from typing import IO, Final

from llcodec._limits import MAX_INPUT_BYTES
from llcodec.errors import InputError, TooManyPixelsError, UnreadableImageError

_BYTES_A_PIXEL: Final = 10  # four channels of 16 bits, uncompressed, and some metadata


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Check a size against a limit.

    Raises:
        UnreadableImageError: when the picture has no pixels.
        TooManyPixelsError: when it has more than ``max_pixels``.
    """
    if width < 1 or height < 1:
        raise UnreadableImageError("not an image that can be read: it has no pixels")
    if width * height > max_pixels:
        raise TooManyPixelsError(
            f"{width}×{height} is {width * height:,} pixels, above the limit of "
            f"{max_pixels:,}; raise max_pixels (--max-pixels) to read it"
        )


def max_file_bytes(max_pixels: int) -> int:
    """Return the most bytes that a file may have; some plugins read all of it at once."""
    return max(MAX_INPUT_BYTES, _BYTES_A_PIXEL * max_pixels)


def check_length(stream: IO[bytes], max_pixels: int) -> None:
    """Check the length of a file against what a picture of ``max_pixels`` takes.

    Raises:
        InputError: when it is longer than :func:`max_file_bytes`.
    """
    stream.seek(0, os.SEEK_END)
    limit = max_file_bytes(max_pixels)
    if stream.tell() > limit:
        raise InputError(f"has more than {limit >> 20:,} MiB, the most that is read")
    stream.seek(0)
