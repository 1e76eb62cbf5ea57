"""Develop raw files of cameras with LibRaw, through rawpy: an extra."""

import datetime
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

import numpy as np
from PIL import Image

from llcodec._arrays import Samples
from llcodec._extras import require
from llcodec._metadata import Metadata
from llcodec.errors import UnreadableImageError
from llcodec.imaging.directories import count_entries
from llcodec.imaging.exif import descriptive_tags
from llcodec.imaging.limits import check_pixels
from llcodec.imaging.picture import Picture

# sRGB's own curve (IEC 61966-2-1) as LibRaw takes it: the power, and the slope near black.
_SRGB_GAMMA: Final = (2.4, 12.92)

_EXIF: Final = 34665
# Of the Exif directory: maker notes, whose offsets hold in their own file only, and the size.
_NOT_KEPT: Final = frozenset({37500, 40962, 40963})
_TIFF_HEADS: Final = {b"IIU\0": b"II*\0", b"IIRO": b"II*\0", b"IIRS": b"II*\0", b"MMOR": b"MM\0*"}
_UNKNOWN_TIME: Final = datetime.datetime(1970, 1, 2)  # LibRaw's for none is 0, in local time


def develop(stream: IO[bytes], max_pixels: int) -> Picture:
    """Develop a raw file: upright, in sRGB with 16 bits, with the white balance of the camera.

    Brightness is not changed: what the sensor saw in full light is white, so that dark photographs
    stay dark. EXIF is kept, without maker notes.

    Args:
        stream: the file.
        max_pixels: limit on the pixels of the sensor, checked before they are unpacked.

    Raises:
        InputError: when rawpy is not installed.
        TooManyPixelsError: when there are more pixels.
        UnreadableImageError: when LibRaw cannot read the file, or it is truncated or damaged.
    """
    rawpy = require("rawpy", "raw")
    with _opened(rawpy, stream, max_pixels) as raw:
        developed = raw.postprocess(
            use_camera_wb=True, no_auto_bright=True, output_bps=16, gamma=_SRGB_GAMMA
        )
        said = _exif_of_libraw(getattr(raw, "other", None))  # older versions do not have it
    pixels: Samples = np.asarray(developed, np.uint16)
    check_pixels(pixels.shape[1], pixels.shape[0], max_pixels)
    grey = pixels.shape[2] == 1
    if grey:
        pixels = np.repeat(pixels, 3, 2)
    return Picture(pixels, grey=grey, metadata=Metadata(exif=_exif_of_tiff(stream) or said))


def developed_size(stream: IO[bytes], max_pixels: int) -> tuple[int, int]:
    """Return height and width of the picture that :func:`develop` makes, without unpacking it.

    Raises:
        LlcError: as :func:`develop` does.
    """
    with _opened(require("rawpy", "raw"), stream, max_pixels) as raw:
        height, width = raw.sizes.iheight, raw.sizes.iwidth
        return (width, height) if raw.sizes.flip & 4 else (height, width)


@contextmanager
def _opened(rawpy: Any, stream: IO[bytes], max_pixels: int) -> Iterator[Any]:
    """Open a raw file and check its size."""
    stream.seek(0)
    with libraw_errors(rawpy), rawpy.imread(stream) as raw:
        check_pixels(raw.sizes.raw_width, raw.sizes.raw_height, max_pixels)
        check_pixels(raw.sizes.iwidth, raw.sizes.iheight, max_pixels)
        yield raw


@contextmanager
def libraw_errors(rawpy: Any) -> Iterator[None]:
    """Turn what LibRaw raises into an UnreadableImageError; ``rawpy`` is the module."""
    try:
        yield
    except (rawpy.LibRawError, rawpy.NotSupportedError, OSError) as error:
        text = error.args[0] if error.args else ""
        reason = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        raise UnreadableImageError(f"not a RAW file that can be developed: {reason}") from error


def _exif_of_tiff(stream: IO[bytes]) -> bytes | None:
    """Return the descriptive tags of a raw file that is a TIFF; None if there are none."""
    stream.seek(0)
    file = io.BytesIO(stream.read())
    file.write(_TIFF_HEADS.get(bytes(file.getbuffer()[:4]), b""))
    try:
        count_entries(file).check()
        file.seek(0)
        found = Image.Exif()
        found.load_from_fp(file)
        return _written(descriptive_tags(found))
    except Exception:  # whatever odd tags raise: the pixels matter more
        return None


def _exif_of_libraw(other: Any) -> bytes | None:
    """Return EXIF of what LibRaw found out about the exposure; None if that is nothing."""
    if other is None:
        return None
    tags: dict[int, Any] = {}
    numbers = {33434: other.shutter_speed, 33437: other.aperture, 37386: other.focal_length}
    tags.update({tag: value for tag, value in numbers.items() if 0 < value < 1e6})
    if 1 <= other.iso_speed < 65536:
        tags[34855] = round(other.iso_speed)
    if other.timestamp > _UNKNOWN_TIME:
        tags[36867] = other.timestamp.strftime("%Y:%m:%d %H:%M:%S")
    top = {315: other.artist} if other.artist else {}
    with suppress(Exception):  # as above
        return _written({**top, _EXIF: tags} if tags else top)
    return None


def _written(tags: Mapping[int, Any]) -> bytes | None:
    exif = Image.Exif()
    for tag, value in tags.items():
        if tag == _EXIF:
            value = {key: each for key, each in value.items() if key not in _NOT_KEPT}
        exif[tag] = value
    return exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else None
