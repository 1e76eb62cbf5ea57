"""Metadata of a picture, in files and in memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metadata:
    """EXIF, colour profile and XMP of a picture; None if there is none.

    Attributes:
        exif: an EXIF block: a TIFF structure (starts with ``II`` or ``MM``), without the
            ``Exif\\0\\0`` that comes before it in JPEG files. In a :class:`llcodec.Picture` its
            orientation tag, if there is one, is upright (1).
        icc: an ICC profile. The pixels of a :class:`llcodec.Picture` are always sRGB; they are
            converted to the profile when the picture is written.
        xmp: an XMP packet, UTF-8; in a :class:`llcodec.Picture`, ``tiff:Orientation`` is 1 if it
            is there.
    """

    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
