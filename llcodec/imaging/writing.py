"""Write a :class:`Picture` to a file."""

import io
from dataclasses import replace
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import Image

from llcodec._arrays import Samples
from llcodec._metadata import Metadata
from llcodec.errors import OutputError
from llcodec.imaging.colour import from_srgb
from llcodec.imaging.depth import to_eight_bits
from llcodec.imaging.fitting import PROFILED, SEGMENT, fit_metadata
from llcodec.imaging.formats import format_for
from llcodec.imaging.guard import guarded
from llcodec.imaging.notes import jpeg_comment, png_notes
from llcodec.imaging.picture import Picture
from llcodec.imaging.pil import assemble
from llcodec.imaging.png import MAX_LEVEL, deflate_of, write_png16, xmp_text
from llcodec.imaging.tiff import write_tiff

# Formats that take alpha from Pillow, and do not store it or do not give it back.
_ALPHA_UNREAD: Final = frozenset({"PPM", "BMP", "DIB"})

DEFAULT_QUALITIES: Final = {"JPEG": 95, "MPO": 95, "AVIF": 90}
"""The qualities of formats that have one by default; WebP is lossless."""


def write_picture(
    picture: Picture,
    target: BinaryIO,
    *,
    format: str,
    quality: int | None = None,
    png_level: int | None = None,
) -> tuple[str, ...]:
    """Write a picture in any format that Pillow saves.

    * PNG and TIFF keep 16 bits; for other formats they are rounded to 8.
    * JPEG: quality 95, no chroma subsampling. AVIF: quality 90, no chroma subsampling.
      WebP: lossless, unless ``quality`` is given. TIFF: Deflate.
    * PNG, JPEG, WebP, TIFF and AVIF carry EXIF, XMP and the profile, into which the pixels are
      converted; other formats get sRGB pixels alone. Blocks too large for a JPEG segment
      (64 KB) are left out. PNG, JPEG, TIFF and BMP carry the resolution, PNG the notes, and JPEG
      one of them, its comment.
    * Formats without alpha (JPEG, PPM, BMP) get the colours without it; GIF keeps it as on or off.
      Nothing is blended with a background: the alpha of a photograph is a mask over the
      photograph.
    * Grey pictures are written with one channel where the format has that.

    Args:
        picture: what to write.
        target: a binary stream; nothing is written to it unless encoding succeeds.
        format: a name or suffix that :func:`format_for` accepts, e.g. ``"PNG"``.
        quality: 0…100 for JPEG, WebP and AVIF; ignored by the others.
        png_level: 0 (not compressed) … 9 (smallest) for PNG; ignored by the others. The default is
            as small as 4 for photographs, and faster than 1.

    Returns:
        A line that names what the format cannot hold; none if that is nothing. That samples are
        rounded to 8 bits is not named.

    Raises:
        OutputError: when the format is unknown or cannot hold the picture, when there is no such
            level, or when the stream fails.
    """
    if png_level is not None and not 0 <= png_level <= MAX_LEVEL:
        raise OutputError(f"the level of a PNG must be from 0 to {MAX_LEVEL}, not {png_level}")
    name = format_for(format)
    with guarded(OutputError, f"{name} cannot hold this picture"):
        data, lost = _encode(picture, name, quality, png_level)
    try:
        target.write(data)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}") from error
    return (f"left out, since {name} cannot hold it: {', '.join(lost)}",) if lost else ()


def _encode(
    picture: Picture, name: str, quality: int | None, png_level: int | None
) -> tuple[memoryview, list[str]]:
    """Return the file, and what it does not hold."""
    icc = picture.metadata.icc if _takes_profile(name, picture) else None
    pixels, icc = from_srgb(picture.pixels, icc, grey=picture.grey)
    metadata, left_out = fit_metadata(replace(picture.metadata, icc=icc), name)
    lost = list(left_out)
    out = io.BytesIO()
    if name == "TIFF":
        write_tiff(out, _interleaved(pixels, picture, grey_alpha=not picture.sixteen_bit), metadata)
    elif name == "PNG" and picture.sixteen_bit:
        samples = _interleaved(pixels, picture).astype(np.uint16, copy=False)
        write_png16(out, samples, metadata, png_level)
    else:
        coding = _png_options(png_level) if name == "PNG" else _options(name, quality, picture.grey)
        options = {**coding, **_metadata_options(name, metadata)}
        alpha = None if picture.alpha is None else to_eight_bits(picture.alpha)
        mode = _save(assemble(to_eight_bits(pixels), alpha, picture.grey), out, name, options)
        if alpha is not None and (not mode.endswith("A") or name in _ALPHA_UNREAD):
            lost.append("alpha channel")
    return out.getbuffer(), lost


def _takes_profile(name: str, picture: Picture) -> bool:
    """Return whether the file can carry the profile: a grey profile needs a grey file."""
    if not picture.grey:
        return name in PROFILED
    rgba = name == "TIFF" and picture.sixteen_bit and picture.alpha is not None
    return name in PROFILED - {"WEBP", "AVIF"} and not rgba


def _interleaved(pixels: Samples, picture: Picture, *, grey_alpha: bool = True) -> Samples:
    """Return H×W×C with as few channels as possible; False for ``grey_alpha`` avoids C = 2.

    (Few programs read 16-bit TIFFs of grey and alpha; Pillow does not.)
    """
    if picture.grey and (picture.alpha is None or grey_alpha):
        pixels = pixels[..., :1]
    return pixels if picture.alpha is None else np.dstack([pixels, picture.alpha])


def _save(image: Image.Image, out: io.BytesIO, name: str, options: dict[str, Any]) -> str:
    """Save in the first mode, from the richest down, that the format takes, and return it."""
    modes = {"LA": ("LA", "RGBA", "L", "RGB"), "RGBA": ("RGBA", "RGB"), "L": ("L", "RGB")}
    failure: Exception | None = None
    for mode in modes.get(image.mode, ("RGB",)):
        out.seek(0)
        out.truncate()
        try:
            (image if mode == image.mode else image.convert(mode)).save(out, name, **options)
        except Exception as error:  # plugins refuse modes by OSError, ValueError or KeyError
            failure = failure or error
        else:
            return mode
    assert failure is not None
    raise failure


def _options(name: str, quality: int | None, grey: bool) -> dict[str, Any]:
    if name in ("JPEG", "MPO"):
        return {
            "quality": DEFAULT_QUALITIES[name] if quality is None else quality,
            "subsampling": 0,
        }
    if name == "WEBP":
        return {"lossless": True, "exact": True} if quality is None else {"quality": quality}
    if name == "AVIF":
        layout = "4:0:0" if grey else "4:4:4"
        chosen = DEFAULT_QUALITIES[name] if quality is None else quality
        return {"quality": chosen, "subsampling": layout}
    return {}


def _png_options(level: int | None) -> dict[str, Any]:
    level, strategy = deflate_of(level)
    return {"compress_level": level, "compress_type": strategy}


def _metadata_options(name: str, metadata: Metadata) -> dict[str, Any]:
    """Return metadata that the format can hold as options of its plugin."""
    exif, xmp, icc = metadata.exif, metadata.xmp, metadata.icc
    dpi = None if metadata.resolution is None else metadata.resolution.dpi
    if name == "PNG":
        chunks, _ = png_notes(metadata.notes)
        if xmp is not None:
            chunks.add(b"iTXt", xmp_text(xmp))
        return _present(exif=exif, icc_profile=icc, pnginfo=chunks, dpi=dpi)
    if name in ("JPEG", "MPO"):
        exif = None if exif is None else b"Exif\0\0" + exif
        comment, _ = jpeg_comment(metadata.notes, SEGMENT)
        return _present(exif=exif, icc_profile=icc, xmp=xmp, dpi=dpi, comment=comment)
    if name in PROFILED:
        return _present(exif=exif, icc_profile=icc, xmp=xmp)
    return _present(dpi=dpi)


def _present(**options: object) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
