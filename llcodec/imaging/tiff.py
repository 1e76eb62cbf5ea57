"""Write TIFF: 8 or 16 bits, Deflate with horizontal differences, EXIF as tags.

Pillow writes no 16-bit colour, and cannot combine compression with an EXIF directory.
"""

import zlib
from typing import IO, Final

import numpy as np
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from llcodec._arrays import Samples
from llcodec._metadata import Metadata
from llcodec.imaging.exif import descriptive_tags, load_exif

_STRIP_BYTES: Final = 1 << 18
_RESOLUTION: Final = (282, 283)
_UNIT, _INCH = 296, 2
_XMP: Final = 700
_ICC: Final = 34675
_UNASSOCIATED_ALPHA: Final = 2
_BYTE, _UNDEFINED = 1, 7


def write_tiff(target: IO[bytes], samples: Samples, metadata: Metadata) -> None:
    """Write a TIFF.

    Args:
        target: a binary stream, at its start.
        samples: H×W×C uint8 or uint16; C is 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
        metadata: of EXIF, the tags that describe the picture and the Exif and GPS
            directories are written; the resolution unless EXIF has one; no notes.

    Raises:
        OSError: when ``target`` cannot be written to.
        Exception: of Pillow, for odd EXIF or more than 4 GB.
    """
    height, width, channels = samples.shape
    rows = max(1, _STRIP_BYTES // (width * channels * samples.itemsize))
    strips = [_strip(samples[top : top + rows]) for top in range(0, height, rows)]
    tags = ImageFileDirectory_v2(prefix=b"II")
    _describe(tags, metadata)
    tags[256], tags[257] = width, height
    tags[258] = (8 * samples.itemsize,) * channels
    tags[259] = 8  # Deflate
    tags[262] = 2 if channels > 2 else 1  # RGB, or black is zero
    tags[277] = channels
    tags[278] = rows
    tags[284] = 1  # interleaved
    tags[317] = 2  # horizontal differences
    if channels in (2, 4):
        tags[338] = _UNASSOCIATED_ALPHA
    sizes = [len(strip) for strip in strips]
    tags[279] = tuple(sizes)
    tags.tagtype[273] = tags.tagtype[279] = 4  # LONG, whatever the first values are
    tags[273] = tuple(int(n) for n in np.cumsum([0, *sizes[:-1]]))  # save() adds its own length
    tags.save(target)
    for strip in strips:
        target.write(strip)


def _describe(tags: ImageFileDirectory_v2, metadata: Metadata) -> None:
    exif = load_exif(metadata.exif) if metadata.exif is not None else None
    if exif is not None:
        for tag, value in descriptive_tags(exif).items():
            tags[tag] = value
    if metadata.resolution is not None and (exif is None or _RESOLUTION[0] not in exif):
        for tag, dpi in zip(_RESOLUTION, metadata.resolution.dpi, strict=True):
            tags[tag] = IFDRational(round(dpi * 10_000), 10_000)
        tags[_UNIT] = _INCH
    for tag, kind, block in ((_XMP, _BYTE, metadata.xmp), (_ICC, _UNDEFINED, metadata.icc)):
        if block is not None:
            tags.tagtype[tag] = kind
            tags[tag] = block


def _strip(samples: Samples) -> bytes:
    # differences wrap, as the predictor wants
    steps = np.diff(samples, axis=1, prepend=np.zeros_like(samples[:, :1]))
    return zlib.compress(steps.astype(steps.dtype.newbyteorder("<")).tobytes(), 6)
