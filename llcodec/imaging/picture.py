"""A picture in memory: sRGB pixels, alpha and metadata."""

from dataclasses import dataclass, field

import numpy as np

from llcodec._arrays import Samples
from llcodec._metadata import Metadata


@dataclass(frozen=True, eq=False)
class Picture:
    """An upright picture in sRGB.

    Pictures compare by identity, as arrays have no single truth value.

    Attributes:
        pixels: H×W×3, sRGB-encoded; uint8 from 8-bit sources, uint16 from deeper ones.
        alpha: H×W of the same type, or None; not premultiplied.
        grey: whether the source had one colour channel, so that R = G = B everywhere.
        metadata: EXIF, ICC profile and XMP.
        left_out: a line for each part of its file that was not read, such as other frames.
        problems: what is wrong with its file, if it was read as far as it goes.
    """

    pixels: Samples
    alpha: Samples | None = None
    grey: bool = False
    metadata: Metadata = field(default_factory=Metadata)
    left_out: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def sixteen_bit(self) -> bool:
        """Whether samples are uint16 (0…65535) instead of uint8 (0…255)."""
        return self.pixels.dtype == np.uint16
