"""The codec: one loaded model, used for any number of pictures."""

import math
from dataclasses import dataclass, replace

import torch

from llcodec import container, imaging
from llcodec._device import choose_device
from llcodec.codec.decoder import check_brightness, decode_latents, preview, synthesise
from llcodec.codec.encoder import (
    MAX_TILE_SIZE,
    TILE_SIZE,
    Analysis,
    analyse,
    check_tile_size,
    encode_tiles,
)
from llcodec.codec.joint import STRIDE
from llcodec.codec.models import DEFAULT_MODEL, load_model
from llcodec.codec.rate import search_quality
from llcodec.codec.region import Region, needed_tiles, whole
from llcodec.codec.salvage import Salvaged, salvage
from llcodec.codec.weights import ModelFile
from llcodec.container import Container, Header, Limits
from llcodec.errors import (
    InputError,
    QualityError,
    TooManyPixelsError,
    UnsupportedError,
    WrongModelError,
)
from llcodec.imaging import Metadata, Picture
from llcodec.imaging.picture import Samples

DEFAULT_QUALITY = 4.0
_SMALL = 10_000_000  # pixels that are cheap to code whatever the picture's shape


@dataclass(frozen=True)
class Target:
    """What an encoder aims at: a quality from 1 to 8, or a file size in bytes, or in bpp."""

    quality: float | None = DEFAULT_QUALITY
    size: int | None = None
    bpp: float | None = None

    def __post_init__(self) -> None:
        if sum(v is not None for v in (self.quality, self.size, self.bpp)) != 1:
            raise QualityError("give one of quality, target size and target bpp")
        for value in (self.size, self.bpp):
            if value is not None and not 0 < value < math.inf:
                raise QualityError(f"a target must be a number above zero, not {value}")

    def bytes_for(self, picture: Picture) -> int | None:
        """Return the most bytes that a file of ``picture`` may have, if there is a target."""
        if self.bpp is not None:
            return int(self.bpp * picture.width * picture.height / 8)
        return self.size


class Codec:
    """Encodes and decodes with one model. Not to be shared between threads.

    ``model`` is the name of a shipped model or the path of a weight file; ``device`` is
    ``auto``, ``cpu``, ``cuda`` or ``mps`` and concerns the float transforms only: the entropy
    path runs on the processor, where it is exact.
    Raises UnknownModelError, BrokenModelError, InputError (no such device).
    """

    def __init__(self, model: str = DEFAULT_MODEL, *, device: str = "auto") -> None:
        self.device = choose_device(device)
        self.file: ModelFile = load_model(model)
        self._model = self.file.model.to(self.device)
        self._model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._coder = self.file.coder()

    def encode(
        self, picture: Picture, target: Target | None = None, *, tile_size: int = TILE_SIZE
    ) -> bytes:
        """Return the ``.llc`` file of a picture.

        Raises QualityError if the target cannot be met, InputError if the metadata are too large.
        """
        target = target or Target()
        check_tile_size(tile_size)
        check_shape(picture.width, picture.height, picture.width * picture.height)
        analysis = analyse(self._model, picture.pixels, self.device)
        blank = self._header(picture, analysis, tile_size)
        metadata = container.Metadata(
            picture.metadata.exif, picture.metadata.icc, picture.metadata.xmp
        )
        alpha = None if picture.alpha is None else imaging.encode_alpha(picture.alpha)
        limits = Limits(max_pixels=blank.pixels, max_alpha=4 * blank.pixels + Limits().max_alpha)

        def at_quality(units: int) -> bytes:
            tiles = encode_tiles(self._model, self._coder, analysis, units, tile_size)
            header = replace(blank, quality_units=units)
            file = Container(header=header, tiles=tiles, metadata=metadata, alpha=alpha)
            try:
                return container.pack(file, limits)
            except ValueError as error:  # a part is larger than a reader would take
                raise InputError(f"does not fit into an .llc file: {error}") from error

        size = target.bytes_for(picture)
        if size is not None:
            return search_quality(at_quality, size)
        assert target.quality is not None
        return at_quality(container.to_quality_units(target.quality))

    def _header(self, picture: Picture, analysis: Analysis, tile_size: int) -> Header:
        return Header(
            width=picture.width,
            height=picture.height,
            quality_units=container.to_quality_units(DEFAULT_QUALITY),
            model_name=self.file.name,
            model_hash=self.file.short_hash,
            tile_size=tile_size,
            grey=picture.grey,
            sixteen_bit=picture.sixteen_bit,
            has_alpha=picture.alpha is not None,
            tone=analysis.tone,
        )

    def decode(
        self,
        data: bytes,
        *,
        brightness: float = 1.0,
        region: Region | None = None,
        limits: Limits | None = None,
    ) -> Picture:
        """Return the picture of an ``.llc`` file, or a region of it.

        ``brightness`` is 1 for the bright picture, 0 for the picture as it was shot. Of a region,
        only the tiles that it takes are decoded.
        Raises FormatError, TooManyPixelsError, WrongModelError, InputError.
        """
        file = container.unpack(data, limits or Limits())
        header = file.header
        self._check(header, limits)
        check_brightness(header, brightness)
        region = region or whole(header)
        region.check_within(header)
        tiles = {number: file.tiles[number] for number in needed_tiles(header, region)}
        latents = decode_latents(self._coder, header, tiles, region)
        pixels = synthesise(self._model, latents, header, brightness, self.device, region)
        metadata = Metadata(file.metadata.exif, file.metadata.icc, file.metadata.xmp)
        return Picture(pixels, _alpha(file, region), header.grey, metadata)

    def decode_small(
        self,
        data: bytes,
        max_size: int,
        *,
        brightness: float = 1.0,
        limits: Limits | None = None,
    ) -> Picture:
        """Return the picture of an ``.llc`` file, scaled to ``max_size`` pixels a side at most.

        A picture that is small enough comes as it is. A sixteenth of the size or less is had
        without the synthesis transform, several times faster. Raises as :meth:`decode` does.
        """
        if max_size < 1:
            raise InputError(f"a picture has at least 1 pixel a side, not {max_size}")
        file = container.unpack(data, limits or Limits())
        header = file.header
        self._check(header, limits)
        check_brightness(header, brightness)
        latents = decode_latents(self._coder, header, dict(enumerate(file.tiles)))
        pixels, extent = None, None
        if STRIDE * max_size <= max(header.width, header.height):
            pixels = preview(self._model, latents, header, brightness, self.device)
            extent = header.width / STRIDE, header.height / STRIDE
        if pixels is None:
            pixels = synthesise(self._model, latents, header, brightness, self.device)
            extent = None
        metadata = Metadata(file.metadata.exif, file.metadata.icc, file.metadata.xmp)
        picture = Picture(pixels, _alpha(file, whole(header)), header.grey, metadata)
        size = imaging.fitting(header.width, header.height, max_size)
        return imaging.scaled(picture, *size, extent)

    def salvage(
        self, data: bytes, *, brightness: float = 1.0, limits: Limits | None = None
    ) -> Salvaged:
        """Return what is left of a damaged ``.llc`` file; what is lost is mid grey.

        Of a file that is whole, nothing is lost. Raises as :meth:`decode` does, but of damage only
        what leaves nothing: that of the header.
        """
        file = container.unpack_damaged(data, limits or Limits())
        self._check(file.header, limits)
        check_brightness(file.header, brightness)
        return salvage(self._model, self._coder, file, brightness, self.device)

    def verify(self, data: bytes, *, limits: Limits | None = None) -> Header:
        """Check everything in a file but the float transforms, and return its header.

        Every chunk's CRC, every symbol against its checksum, and the alpha plane.
        Raises as :meth:`decode` does.
        """
        file = container.unpack(data, limits or Limits())
        header = file.header
        self._check(header, limits)
        decode_latents(self._coder, header, dict(enumerate(file.tiles)))
        _alpha(file, whole(header))
        return header

    def _check(self, header: Header, limits: Limits | None) -> None:
        """Raise unless this model can decode a file with this header, within the limits."""
        check_model(header, self.file)
        check_shape(header.width, header.height, (limits or Limits()).max_pixels)
        tile = min(header.tile_size, header.width), min(header.tile_size, header.height)
        if max(tile) > MAX_TILE_SIZE:
            raise UnsupportedError(f"tiles above {MAX_TILE_SIZE} pixels are not supported")


def _alpha(file: Container, region: Region) -> Samples | None:
    """Return the alpha plane of a region."""
    if file.alpha is None:
        return None
    header = file.header
    alpha = imaging.decode_alpha(file.alpha, header.width, header.height, header.sixteen_bit)
    return alpha[region.rows, region.columns]


def check_shape(width: int, height: int, max_pixels: int) -> None:
    """Raise TooManyPixelsError if a picture is so thin that padding makes it a large one.

    Latents cover 16×16 pixels each, so one row of pixels costs as much as sixteen.
    """
    covered = STRIDE**2 * -(-width // STRIDE) * -(-height // STRIDE)
    if covered > 2 * max(max_pixels, _SMALL):
        raise TooManyPixelsError(
            f"{width}×{height} pixels are too thin a picture: they take {covered:,} to code"
        )


def check_model(header: Header, file: ModelFile) -> None:
    """Raise WrongModelError unless ``header`` names the very weights of ``file``."""
    if header.model_hash != file.short_hash:
        raise WrongModelError(
            f"the file needs the model {header.model_name} {header.model_hash.hex()}, "
            f"not {file.name} {file.short_hash.hex()}: give the path of the weight file that it "
            "was made with (--model)"
        )
