"""Limits on the memory that a reader uses."""

from dataclasses import dataclass, fields
from typing import Final

from llcodec._limits import MAX_PIXELS

MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, each checked before the memory it bounds is allocated.

    Attributes:
        max_pixels: width times height of the picture, in pixels.
        max_metadata: bytes of one metadata item (EXIF, ICC, XMP) after decompression.
        max_alpha: bytes of the ``ALPH`` payload as stored (the default fits 16 bits a pixel
            at the default ``max_pixels``, uncompressed).
        max_unknown: how many unknown ancillary chunks one file may carry.

    Raises:
        ValueError: when a limit is negative.
    """

    max_pixels: int = MAX_PIXELS
    max_metadata: int = 16 * MEBIBYTE
    max_alpha: int = 256 * MEBIBYTE
    max_unknown: int = 1024

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} must not be negative")


DEFAULT_LIMITS: Final = Limits()
"""The limits used when none are given."""
