"""Teach Pillow the ``.llc`` format: importing this module registers it.

>>> import llcodec.pillow
>>> from PIL import Image
>>> with Image.open("dark.llc") as image:               # doctest: +SKIP
...     image.thumbnail((320, 320))
>>> Image.open("dark.png").save("dark.llc", quality=4)  # doctest: +SKIP

``Image.open`` reads the header and the metadata, and loads no network. The first access to pixels
decodes them. ``ImageFile.LOAD_TRUNCATED_IMAGES`` has damaged files read as ``llc decode --salvage``
reads them: lost tiles are grey.

A file may have as many pixels as :func:`llcodec.decode` accepts, 100 million, or as
``Image.MAX_IMAGE_PIXELS`` says, if that is more; None is no limit. Errors are those that Pillow's
users expect: ``DecompressionBombError`` above the limit, ``UnidentifiedImageError`` for a file
whose header is damaged, ``ValueError`` for a wrong option of ``save``, and ``OSError`` for
everything else. Their causes are the errors of llcodec.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any, Final

from PIL import Image, ImageFile, UnidentifiedImageError

from llcodec import container
from llcodec._limits import MAX_PIXELS
from llcodec._metadata import Resolution
from llcodec._reading import read_stream
from llcodec._signature import MIME_TYPE
from llcodec.errors import FormatError, InputError, LlcError, TooManyPixelsError, UnknownModelError
from llcodec.imaging import Picture, fit_within, resize, to_pil
from llcodec.imaging.metadata import metadata_from_info
from llcodec.imaging.pil import info_of, mode_of

FORMAT: Final = "LLC"
"""Pillow's name of the format."""

_UNLIMITED: Final = 1 << 62
_REDUCTIONS: Final = (16, 8, 4)  # of the size, by which decoding is several times faster
_OPTIONS: Final = (
    "quality",
    "target_size",
    "target_bpp",
    "effort",
    "model",
    "engine",
    "device",
    "strip",
)


class LlcImageFile(ImageFile.ImageFile):
    """An ``.llc`` file as an image of Pillow, in sRGB.

    ``info`` has ``exif``, ``xmp``, ``dpi`` and ``icc_profile`` as :func:`llcodec.to_pil` has them,
    and the ``quality`` and the name of the ``model`` of the file.
    """

    format = FORMAT
    format_description = "llcodec photograph"

    def _open(self) -> None:
        assert self.fp is not None
        with _errors_of_pillow(UnidentifiedImageError):
            self._data = read_stream(self.fp)
            file = container.unpack_damaged(self._data, _limits())
        header = file.header
        self._header, self._most = header, max(header.width, header.height)
        self._size = header.width, header.height
        self._mode = mode_of(
            grey=header.grey, alpha=header.has_alpha, sixteen_bit=header.sixteen_bit
        )
        self.info.update(info_of(file.metadata, grey=header.grey))
        self.info.update(quality=header.quality, model=header.model_name)
        self.tile = [ImageFile._Tile(FORMAT, (0, 0, *self._size))]

    def draft(
        self, mode: str | None, size: tuple[int, int] | None
    ) -> tuple[str, tuple[int, int, float, float]] | None:
        """Prepare to decode at 1/4, 1/8 or 1/16 of the size, several times faster.

        Args:
            mode: ignored: no mode is faster than another.
            size: the least width and height in pixels.

        Returns:
            The mode and the box of the picture in the image; None if nothing changes, as the
            size is more than a quarter, or the image is loaded.
        """
        if size is None or not self.tile:
            return None
        width, height = self._header.width, self._header.height
        for reduction in _REDUCTIONS:
            most = max(width, height) // reduction
            reduced = fit_within(width, height, max(1, most))
            if most >= 1 and reduced[0] >= size[0] and reduced[1] >= size[1]:
                self._size, self._most = reduced, most
                return self.mode, (0, 0, float(reduced[0]), float(reduced[1]))
        return None

    def load(self) -> Any:
        """Decode the image, unless it is loaded.

        Raises:
            OSError: when the file is damaged, or the model that it needs is missing.
        """
        if self.tile:
            with _errors_of_pillow(OSError):
                decoded = to_pil(self._decode())
            self.im, self._mode, self._size = decoded.im, decoded.mode, decoded.size
            self.tile, self._data, self.readonly = [], b"", 0
            if self._exclusive_fp:
                self._close_fp()
            self.fp = None
        return Image.Image.load(self)

    def verify(self) -> None:
        """Check the structure of the file and the CRC of every chunk, without decoding.

        Raises:
            OSError: when the file is damaged.
        """
        with _errors_of_pillow(OSError):
            container.unpack(self._data, _limits())
        super().verify()

    def close(self) -> None:
        """Close the file, and release the memory."""
        self.tile, self._data = [], b""
        super().close()

    def _decode(self) -> Picture:
        from llcodec import _api

        limits = _limits()
        with _api.ONE_AT_A_TIME:
            codec = _api.codec_for(self._data, None, "auto", limits)
            try:
                if self._most == max(self._header.width, self._header.height):
                    return codec.decode(self._data, limits=limits)
                return codec.decode_small(self._data, self._most, limits=limits)
            except FormatError:
                if not ImageFile.LOAD_TRUNCATED_IMAGES:
                    raise
            return resize(codec.salvage(self._data, limits=limits).picture, *self._size)


def _accept(prefix: bytes) -> bool:
    return prefix.startswith(container.SIGNATURE)


def _limits() -> container.Limits:
    from llcodec._api import limits_for

    allowed = Image.MAX_IMAGE_PIXELS
    return limits_for(_UNLIMITED if allowed is None else max(MAX_PIXELS, allowed))


@contextmanager
def _errors_of_pillow(damaged: type[OSError]) -> Iterator[None]:
    """Turn errors of llcodec into Pillow's: ``damaged`` for a bad file."""
    try:
        yield
    except TooManyPixelsError as error:
        raise Image.DecompressionBombError(str(error)) from error
    except FormatError as error:
        raise damaged(str(error)) from error
    except LlcError as error:
        raise OSError(str(error)) from error


def _save(image: Image.Image, file: IO[bytes], _name: str | bytes) -> None:
    """Encode an image, with the options of :func:`llcodec.encode`; ignore others, as Pillow does.

    EXIF, XMP and the resolution in its ``info`` are kept, unless ``exif``, ``xmp`` or ``dpi`` are
    given, or ``strip``. The pixels are turned upright and converted to sRGB by its ``info``.

    Raises:
        ValueError: when an option is out of its range.
        TypeError: when an option has a wrong type.
        OSError: when the model cannot be used.
    """
    from llcodec import _api

    given = image.encoderinfo
    options: dict[str, Any] = {name: given[name] for name in _OPTIONS if name in given}
    try:
        picture = _api.as_picture(image, given.get("max_pixels", MAX_PIXELS))
        data = _api.encode(_described(picture, given), **options)
    except (InputError, UnknownModelError) as error:
        raise ValueError(str(error)) from error
    except LlcError as error:
        raise OSError(str(error)) from error
    file.write(data)


def _described(picture: Picture, given: dict[str, Any]) -> Picture:
    """Return a picture with the EXIF, the XMP and the resolution that options of ``save`` give."""
    exif = given.get("exif")
    raw = exif.tobytes() if isinstance(exif, Image.Exif) else exif
    read, _ = metadata_from_info({"exif": raw, "xmp": given.get("xmp")})
    metadata = picture.metadata
    if "exif" in given:
        metadata = replace(metadata, exif=read.exif)
    if "xmp" in given:
        metadata = replace(metadata, xmp=read.xmp)
    if "dpi" in given:
        metadata = replace(metadata, resolution=_resolution(given["dpi"]))
    return replace(picture, metadata=metadata)


def _resolution(dpi: tuple[float, float] | None) -> Resolution | None:
    return None if dpi is None else Resolution.from_dpi(*dpi)


def register() -> None:
    """Register the format with Pillow; importing this module has done so."""
    Image.register_open(FORMAT, LlcImageFile, _accept)
    Image.register_save(FORMAT, _save)
    Image.register_extension(FORMAT, ".llc")
    Image.register_mime(FORMAT, MIME_TYPE)


register()
