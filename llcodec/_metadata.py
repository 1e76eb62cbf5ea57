"""Metadata of a picture, in files and in memory."""

import math
from dataclasses import dataclass, fields
from typing import Final

_INCH: Final = 0.0254  # metres
_MOST: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Resolution:
    """The physical size of a pixel.

    Attributes:
        x: pixels per metre across, from 1 to 2^32 - 1.
        y: pixels per metre down.

    Raises:
        ValueError: when one is out of its range.
    """

    x: int
    y: int

    def __post_init__(self) -> None:
        if not (1 <= self.x <= _MOST and 1 <= self.y <= _MOST):
            raise ValueError(f"a resolution is from 1 to {_MOST} pixels per metre")

    @classmethod
    def from_dpi(cls, x: float, y: float) -> "Resolution | None":
        """Return the resolution of so many pixels per inch; None for nonsense."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return None
        across, down = round(x / _INCH), round(y / _INCH)
        return cls(across, down) if 1 <= across <= _MOST and 1 <= down <= _MOST else None

    @property
    def dpi(self) -> tuple[float, float]:
        """Pixels per inch, across and down."""
        return self.x * _INCH, self.y * _INCH

    def turned(self) -> "Resolution":
        """Return the resolution of the picture on its side."""
        return Resolution(self.y, self.x)


@dataclass(frozen=True, slots=True)
class Note:
    """A text in an image file, as PNG has them (its specification, 11.3.3).

    Attributes:
        keyword: what it is, e.g. ``"Author"``; not empty.
        text: the text.
        language: a tag of RFC 3066, or empty.
        translated: the keyword in that language, or empty.

    Raises:
        ValueError: when the keyword is empty, or one has a null or cannot be written in UTF-8.
    """

    keyword: str
    text: str
    language: str = ""
    translated: str = ""

    def __post_init__(self) -> None:
        if not self.keyword:
            raise ValueError("a note must have a keyword")
        for field in fields(self):
            value: str = getattr(self, field.name)
            if "\0" in value:
                raise ValueError("a note must not contain a null")
            value.encode("utf-8")  # UnicodeEncodeError is a ValueError


@dataclass(frozen=True, slots=True)
class Metadata:
    """EXIF, colour profile, XMP, resolution and notes of a picture; None if there is none.

    Attributes:
        exif: an EXIF block: a TIFF structure (starts with ``II`` or ``MM``), without the
            ``Exif\\0\\0`` that comes before it in JPEG files. In a :class:`llcodec.Picture` its
            orientation tag, if there is one, is upright (1).
        icc: an ICC profile. The pixels of a :class:`llcodec.Picture` are always sRGB; they are
            converted to the profile when the picture is written.
        xmp: an XMP packet, UTF-8; in a :class:`llcodec.Picture`, ``tiff:Orientation`` is 1 if it
            is there.
        resolution: the physical size of a pixel.
        notes: texts, in their order.
    """

    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    resolution: Resolution | None = None
    notes: tuple[Note, ...] = ()
