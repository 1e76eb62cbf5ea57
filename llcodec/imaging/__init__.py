"""Read and write pictures: files, colour, orientation, metadata and alpha.

Imports NumPy and Pillow only. In memory a picture is upright, sRGB, and has 8 or 16 bits a sample.

Internal, except for what ``llcodec`` exports.
"""

from llcodec._metadata import Metadata
from llcodec.imaging.alpha import decode_alpha, encode_alpha
from llcodec.imaging.formats import IMAGE_SUFFIXES, PICTURE_SUFFIXES, format_for
from llcodec.imaging.optional import unread_formats
from llcodec.imaging.picture import Picture
from llcodec.imaging.pil import to_pil
from llcodec.imaging.reading import from_pil, read_picture
from llcodec.imaging.resizing import fit_within, resize
from llcodec.imaging.size import picture_size
from llcodec.imaging.writing import write_picture

__all__ = [
    "IMAGE_SUFFIXES",
    "PICTURE_SUFFIXES",
    "Metadata",
    "Picture",
    "decode_alpha",
    "encode_alpha",
    "fit_within",
    "format_for",
    "from_pil",
    "picture_size",
    "read_picture",
    "resize",
    "to_pil",
    "unread_formats",
    "write_picture",
]
