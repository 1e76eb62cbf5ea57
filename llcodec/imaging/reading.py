"""Read a :class:`Picture` from a file or a Pillow image."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO

from PIL import Image
from PIL import ImageFile as ImageFiles
from PIL.ImageFile import ImageFile

from llcodec._limits import MAX_PIXELS
from llcodec.errors import UnreadableImageError
from llcodec.imaging.colour import convert_to_srgb, to_srgb
from llcodec.imaging.deep import deep_rawmode, read_deep
from llcodec.imaging.exif import exif_of_tiff
from llcodec.imaging.guard import guarded
from llcodec.imaging.left_out import left_out
from llcodec.imaging.limits import check_length, check_pixels
from llcodec.imaging.metadata import metadata_from_info
from llcodec.imaging.notes import MAX_NOTES, notes_of
from llcodec.imaging.opening import open_image
from llcodec.imaging.orientation import apply_orientation
from llcodec.imaging.picture import Picture
from llcodec.imaging.png_colour import png_profile
from llcodec.imaging.raw import develop
from llcodec.imaging.raw_signs import is_raw, refuse_preview
from llcodec.imaging.resolution import resolution_of
from llcodec.imaging.samples import samples_of_image, transparent_key

_BROKEN = "the image is truncated or damaged"


def read_picture(
    source: str | Path | bytes | BinaryIO, *, max_pixels: int = MAX_PIXELS, partial: bool = False
) -> Picture:
    """Read a picture of any format that Pillow decodes; of animations, the first frame.

    The picture is upright (EXIF orientation applied, or that of the XMP) and in sRGB: pixels with
    an embedded RGB or grey profile are converted, relative colorimetric with black point
    compensation, and the profile is kept for writing. A broken profile is dropped. The profile of
    a CMYK or LAB source is used but not kept. The gamma and the primaries of a PNG without a
    profile (gAMA, cHRM) are used but not kept.

    Sources of 16 bits keep all of them, except those listed in ``llcodec.imaging.deep``. HEIC and
    JPEG XL are read with pillow-heif and pillow-jxl-plugin where they are installed; RAW files are
    developed (see :func:`llcodec.imaging.raw.develop`).

    Args:
        source: a path, the bytes of a file, or a binary stream (read from its position on).
        max_pixels: limit on width × height, checked before pixels are decoded. TIFF and WebP
            also have Pillow's limit, 179 million.
        partial: read a truncated or damaged image as far as it goes: what is missing is grey or
            black, and ``problems`` says what is wrong. Sets a flag of Pillow's meanwhile, which
            other threads see.

    Raises:
        TooManyPixelsError: when the picture is larger than ``max_pixels``.
        UnreadableImageError: when it is not an image, or a truncated or damaged one.
        MissingLibraryError: when the library that reads its format is not installed.
        InputError: when the file is longer than any picture of ``max_pixels``.
    """
    name = str(source) if isinstance(source, str | Path) else None
    with _stream(source) as stream:
        try:
            return _read(stream, name, max_pixels)
        except UnreadableImageError as error:
            if not partial:
                raise
            return _read_part(stream, name, max_pixels, error)


def _read(stream: IO[bytes], name: str | None, max_pixels: int) -> Picture:
    with guarded(UnreadableImageError, _BROKEN):
        check_length(stream, max_pixels)
        if is_raw(stream, name):
            return develop(stream, max_pixels)
        image = open_image(stream, max_pixels)
        picture = _decode(image, max_pixels, stream)
        if image.format == "JXL":  # it would be decoded again, and has nothing to tell
            return picture
        more = left_out(open_image(stream, max_pixels), stream)
        return replace(picture, left_out=(*picture.left_out, *more))


def _read_part(
    stream: IO[bytes], name: str | None, max_pixels: int, problem: UnreadableImageError
) -> Picture:
    """Read what there is of an image that has a problem; raise that if there is nothing."""
    with guarded(UnreadableImageError, _BROKEN), _incomplete_files():
        if is_raw(stream, name):
            raise problem
        picture = _decode(open_image(stream, max_pixels), max_pixels, stream)
    if (picture.pixels == picture.pixels[0, 0]).all():
        raise problem
    return replace(picture, problems=(f"{problem}; what is missing is blank in the output",))


@contextmanager
def _incomplete_files() -> Iterator[None]:
    """Let Pillow decode files as far as they go."""
    before = ImageFiles.LOAD_TRUNCATED_IMAGES
    ImageFiles.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFiles.LOAD_TRUNCATED_IMAGES = before


def from_pil(image: Image.Image, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Turn a Pillow image of any mode into a picture; see :func:`read_picture`.

    An image of 16-bit colour keeps its 16 bits if its pixels are not loaded yet, as returned by
    ``Image.open``. Loading reduces them to 8.

    Raises:
        TooManyPixelsError: when the image is larger than ``max_pixels``.
        UnreadableImageError: when its pixels cannot be loaded, or are out of range.
    """
    check_pixels(image.width, image.height, max_pixels)
    with guarded(UnreadableImageError, _BROKEN):
        if hasattr(image, "tag_v2"):
            refuse_preview(image.tag_v2)
        stream = _undecoded(image)
        if stream is None:
            return _decode(image, max_pixels)
        return _decode(open_image(stream, max_pixels), max_pixels, stream)


def _decode(image: Image.Image, max_pixels: int, stream: IO[bytes] | None = None) -> Picture:
    """Load an image; ``stream`` is its file, for 16-bit colour."""
    key = transparent_key(image)
    exif = exif_of_tiff(image) if hasattr(image, "tag_v2") else None
    rawmode = deep_rawmode(image) if stream and isinstance(image, ImageFile) else None
    if rawmode and stream and isinstance(image, ImageFile):
        found = read_deep(image, rawmode, lambda: open_image(stream, max_pixels), key)
    else:
        image.load()
        check_pixels(image.width, image.height, max_pixels)  # in case the plugin found more
        found = samples_of_image(image, key)
    metadata, orientation = metadata_from_info(
        {**image.info, "exif": exif or image.info.get("exif")}
    )
    if hasattr(image, "tag_v2") or (image.format == "JXL" and not getattr(image, "jpeg", True)):
        # Pillow has turned the pixels, by the tag or else by the XMP; libjxl by its own header,
        # unless the file is a JPEG that was packed.
        orientation = 1
    chunks = png_profile(image.info, grey=found.grey) if image.format == "PNG" else None
    if chunks is not None:
        convert_to_srgb(found.pixels, chunks)
    pixels, icc = to_srgb(found.pixels, metadata.icc, grey=found.grey)
    resolution, notes = resolution_of(image), notes_of(image)
    if resolution is not None and orientation >= 5:
        resolution = resolution.turned()
    surplus = len(notes) - MAX_NOTES
    return Picture(
        pixels=apply_orientation(pixels, orientation),
        alpha=None if found.alpha is None else apply_orientation(found.alpha, orientation),
        grey=found.grey,
        metadata=replace(metadata, icc=icc, resolution=resolution, notes=notes[:MAX_NOTES]),
        left_out=(f"{surplus:,} of its {len(notes):,} texts are left out",) if surplus > 0 else (),
    )


def _undecoded(image: Image.Image) -> IO[bytes] | None:
    """Return the file of an image of 16-bit colour that is open but not loaded yet."""
    if not isinstance(image, ImageFile) or image.fp is None or image.tell() != 0:
        return None
    if deep_rawmode(image) is None:
        return None
    position = image.fp.tell()
    image.fp.seek(0)
    data = image.fp.read()
    image.fp.seek(position)
    return io.BytesIO(data)


def _stream(source: str | Path | bytes | BinaryIO) -> IO[bytes]:
    """Return the source as a seekable stream: decoding may take two passes."""
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    if isinstance(source, str):
        source = Path(source)
    try:
        if not isinstance(source, Path):
            return io.BytesIO(source.read())
        stream = source.open("rb")
        if stream.seekable():
            return stream
        with stream:  # a named pipe
            return io.BytesIO(stream.read())
    except OSError as error:
        raise UnreadableImageError(f"cannot be read: {error.strerror or error}") from error
