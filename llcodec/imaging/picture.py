"""What the rest of llcodec knows of a picture: sRGB pixels, alpha and metadata."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.uint8 | np.uint16]
"""Integer samples over their whole range: 0…255 or 0…65535."""


@dataclass(frozen=True)
class Metadata:
    """What travels with a picture besides its pixels; each block ``None`` if absent.

    * ``exif``: a TIFF structure (starts with ``II`` or ``MM``, no ``Exif\\0\\0`` before it),
      whose orientation tag, if there is one, says upright (1).
    * ``icc``: the profile to write the picture with. The pixels of a :class:`Picture` are
      sRGB all the same; they are taken back to the profile when they are written.
    * ``xmp``: the XMP packet, with ``tiff:Orientation`` at 1 if it is there.
    """

    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """An upright picture in sRGB.

    * ``pixels``: H×W×3, sRGB-encoded; uint8 from 8-bit sources, uint16 from deeper ones.
    * ``alpha``: H×W of the same type, or ``None``; not premultiplied.
    * ``grey``: the source had one colour channel, so that r = g = b everywhere.

    Pictures compare by identity, as arrays have no single truth value.
    """

    pixels: Samples
    alpha: Samples | None = None
    grey: bool = False
    metadata: Metadata = field(default_factory=Metadata)

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
        """Whether the samples are uint16 (0…65535) and not uint8 (0…255)."""
        return self.pixels.dtype == np.uint16
