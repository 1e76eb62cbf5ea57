"""The codec: load one model, then encode and decode any number of pictures."""

import math
from dataclasses import dataclass, replace

from llcodec import container, imaging
from llcodec._arrays import Samples
from llcodec._bitstream import STRIDE
from llcodec._limits import MAX_TILE_SIZE
from llcodec._threads import single_threaded_products
from llcodec._weight_files import blames
from llcodec.codec.decoder import (
    check_black_point,
    check_brightness,
    check_exposure,
    preview,
    synthesise,
)
from llcodec.codec.effort import EFFORTS, Search, check_effort
from llcodec.codec.encoder import TILE_SIZE, Analysis, analyse, check_tile_size, encode_tiles
from llcodec.codec.flat import flat_areas, restore, restore_preview
from llcodec.codec.latents import ArrivingLatents, decode_latents
from llcodec.codec.looks import detailed_arrays
from llcodec.codec.models import DEFAULT_MODEL, find_model
from llcodec.codec.rate import search_quality
from llcodec.codec.region import Region, needed_tiles, whole_picture
from llcodec.codec.salvage import SalvagedPicture, salvage
from llcodec.codec.weights import ModelFile, read_model
from llcodec.container import Container, Header, Limits
from llcodec.engine.choice import EngineRequest
from llcodec.engine.loading import load_transforms
from llcodec.engine.protocol import Transforms
from llcodec.errors import (
    InputError,
    QualityError,
    TooManyPixelsError,
    UnsupportedError,
    WrongModelError,
)
from llcodec.imaging import Picture

DEFAULT_QUALITY = 4.0
_PREVIEW_SIDES = (1, 2, 4)
_SMALL = 10_000_000  # pixels: cheap to code whatever the shape of the picture


@dataclass(frozen=True)
class Target:
    """The target of an encoder: one of quality, file size and rate; by default, quality 4.

    Attributes:
        quality: from 1 to 8.
        size: the most bytes that the file may have.
        bpp: the most bits per pixel that the file may have.

    Raises:
        QualityError: when several are given, or when a size or rate is not above zero.
    """

    quality: float | None = None
    size: int | None = None
    bpp: float | None = None

    def __post_init__(self) -> None:
        if self.quality is self.size is self.bpp is None:
            object.__setattr__(self, "quality", DEFAULT_QUALITY)
        if sum(v is not None for v in (self.quality, self.size, self.bpp)) != 1:
            raise QualityError("give one of quality, target size and target bpp")
        for value in (self.size, self.bpp):
            if value is not None and not 0 < value < math.inf:
                raise QualityError(f"a target must be a number above zero, not {value}")

    def bytes_for(self, picture: Picture) -> int | None:
        """Return the target size in bytes of a file of ``picture``; None for a target quality."""
        if self.bpp is not None:
            return int(self.bpp * picture.width * picture.height / 8)
        return self.size


class Codec:
    """Encodes and decodes with one model. Do not share a codec between threads.

    Args:
        model: the name of a shipped model, or the path of a weight file.
        engine: what runs the float transforms: ``onnx``, ``torch``, or ``auto``, which is ONNX
            Runtime unless only PyTorch has the device.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``, ``directml`` or ``coreml``. It is used by the
            float transforms only; entropy coding always runs on the CPU.
        detail: from 0, the picture with the smallest error, to 1, that of a look of the model.
        look: the path of the file of a look; by default, the shipped one of the model.

    Attributes:
        file: what the weight file holds.
        transforms: the float transforms, without a look.
        engine: the engine in use.
        device: the device in use.

    Raises:
        UnknownModelError: when there is no such model or look.
        WrongModelError: when the look belongs to another model.
        BrokenModelError: when a weight file is damaged.
        InputError: when the engine or the device is not available, or the detail out of range.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        *,
        engine: str = "auto",
        device: str = "auto",
        detail: float = 0.0,
        look: str | None = None,
    ) -> None:
        request, path = EngineRequest(engine, device), find_model(model)
        self.file: ModelFile = read_model(path)
        with blames(path):
            transforms, choice = load_transforms(request, self.file.preset, self.file.arrays)
        self.transforms: Transforms = transforms
        self.engine, self.device = choice.engine, choice.device
        # Encoding never depends on a look, so that files do not.
        self._decoder: Transforms = transforms
        arrays = detailed_arrays(self.file, detail, look)
        if arrays is not self.file.arrays:
            self._decoder, _ = load_transforms(request, self.file.preset, arrays)
        self._coder = self.file.coder()

    @single_threaded_products()
    def encode(
        self,
        picture: Picture,
        target: Target | None = None,
        *,
        tile_size: int = TILE_SIZE,
        effort: int = 0,
    ) -> bytes:
        """Return the ``.llc`` file of a picture.

        Args:
            picture: what to encode, in sRGB.
            target: quality 4 by default.
            tile_size: width and height of a tile in pixels, a multiple of 64.
            effort: from 0 to 9; above 0, smaller errors for the same bits are searched for, which
                takes several times longer.

        Raises:
            QualityError: when the target cannot be met.
            InputError: when the metadata are too large, or the tile size or the effort is not
                allowed.
        """
        target = target or Target()
        check_tile_size(tile_size)
        check_effort(effort)
        check_shape(picture.width, picture.height, picture.width * picture.height)
        analysis = analyse(self.transforms, picture.pixels)
        blank = self._header(picture, analysis, tile_size)
        alpha = None if picture.alpha is None else imaging.encode_alpha(picture.alpha)
        flat = flat_areas(picture.pixels)
        limits = Limits(max_pixels=blank.pixels, max_alpha=4 * blank.pixels + Limits().max_alpha)

        def at_quality(units: int) -> bytes:
            search = self._search(picture, analysis, units, effort)
            tiles = encode_tiles(self.transforms, self._coder, analysis, units, tile_size, search)
            header = replace(blank, quality_units=units)
            try:
                file = Container(header, tiles, picture.metadata, alpha, flat=flat)
                return container.pack(file, limits)
            except ValueError as error:  # larger than a reader would accept
                raise InputError(f"does not fit into an .llc file: {error}") from error

        size = target.bytes_for(picture)
        if size is not None:
            return search_quality(at_quality, size)
        assert target.quality is not None
        return at_quality(container.to_quality_units(target.quality))

    def _search(
        self, picture: Picture, analysis: Analysis, units: int, effort: int
    ) -> Search | None:
        """Return the search for better latents at a quality in 1/256; None without effort."""
        if not effort:
            return None
        pixels = None if self.file.brightens else picture.pixels
        return Search(
            self.transforms, self._coder, EFFORTS[effort], pixels, analysis.latents(), units
        )

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

    @single_threaded_products()
    def decode(
        self,
        data: bytes,
        *,
        brightness: float = 1.0,
        exposure: float = 0.0,
        black_point: float = 0.0,
        region: Region | None = None,
        limits: Limits | None = None,
    ) -> Picture:
        """Return the picture of an ``.llc`` file, or a region of it.

        Args:
            data: the whole file.
            brightness: 1 for the enhanced picture, 0 for the picture as it was shot; up to 2,
                which brightens by twice as many stops.
            exposure: stops to add, from -4 to 4; 1 doubles the light.
            black_point: level of the output that is made black, from 0 to 64 of 255.
            region: what to decode; all of the picture by default. Only the tiles that the region
                needs are decoded.
            limits: upper bounds on the contents of the file.

        Raises:
            FormatError: when the file is damaged, or not an ``.llc`` file.
            TooManyPixelsError: when the picture is above the limit.
            WrongModelError: when the file was made with another model.
            InputError: when the brightness, the exposure or the region is out of range.
        """
        file = container.unpack(data, limits or Limits())
        header = file.header
        self._check(header, limits)
        self._check_brightness(header, brightness)
        check_exposure(exposure)
        check_black_point(black_point)
        region = region or whole_picture(header)
        region.check_within(header)
        tiles = {number: file.tiles[number] for number in needed_tiles(header, region)}
        latents = ArrivingLatents(self._coder, header, tiles, region)
        pixels = synthesise(
            self._decoder, latents, header, brightness, region, exposure, black_point
        )
        restore(pixels, file.flat, header, region)
        return Picture(pixels, _alpha(file, region), header.grey, file.metadata)

    @single_threaded_products()
    def decode_small(
        self,
        data: bytes,
        max_size: int,
        *,
        brightness: float = 1.0,
        exposure: float = 0.0,
        black_point: float = 0.0,
        limits: Limits | None = None,
    ) -> Picture:
        """Return the picture of an ``.llc`` file, scaled down to ``max_size`` pixels a side.

        A picture that is smaller keeps its size. At a quarter of the size or less, the synthesis
        transform is skipped, which is several times faster; means of a few pixels hardly need it.

        Raises:
            LlcError: as :meth:`decode` does.
        """
        if max_size < 1:
            raise InputError(f"the largest side must be at least 1 pixel, not {max_size}")
        file = container.unpack(data, limits or Limits())
        header = file.header
        self._check(header, limits)
        self._check_brightness(header, brightness)
        check_exposure(exposure)
        check_black_point(black_point)
        tiles = dict(enumerate(file.tiles))
        pixels, extent = None, None
        side = _preview_side(header, max_size)
        if side is not None and self.file.preset.linear_path:
            plane = decode_latents(self._coder, header, tiles)
            pixels = preview(self._decoder, plane, header, side, brightness, exposure, black_point)
            extent = side * header.width / STRIDE, side * header.height / STRIDE
        if pixels is None:
            latents = ArrivingLatents(self._coder, header, tiles)
            pixels = synthesise(
                self._decoder, latents, header, brightness, None, exposure, black_point
            )
            restore(pixels, file.flat, header, whole_picture(header))
            extent = None
        elif side is not None:
            restore_preview(pixels, file.flat, header, STRIDE // side)
        picture = Picture(pixels, _alpha(file, whole_picture(header)), header.grey, file.metadata)
        size = imaging.fit_within(header.width, header.height, max_size)
        return imaging.resize(picture, *size, extent)

    @single_threaded_products()
    def salvage(
        self,
        data: bytes,
        *,
        brightness: float = 1.0,
        exposure: float = 0.0,
        black_point: float = 0.0,
        limits: Limits | None = None,
    ) -> SalvagedPicture:
        """Recover the intact tiles of a damaged ``.llc`` file; lost ones are grey and listed.

        Nothing is lost of an intact file.

        Raises:
            LlcError: as :meth:`decode` does; FormatError only when the header is damaged, or when
                no tile is intact.
        """
        file = container.unpack_damaged(data, limits or Limits())
        self._check(file.header, limits)
        self._check_brightness(file.header, brightness)
        check_exposure(exposure)
        check_black_point(black_point)
        return salvage(self._decoder, self._coder, file, brightness, exposure, black_point)

    @single_threaded_products()
    def verify(self, data: bytes, *, limits: Limits | None = None) -> Header:
        """Check a file without running the float transforms, and return its header.

        Checks the CRC of every chunk, the checksum of every tile's symbols, and the alpha plane.

        Raises:
            LlcError: as :meth:`decode` does.
        """
        file = container.unpack(data, limits or Limits())
        header = file.header
        self._check(header, limits)
        decode_latents(self._coder, header, dict(enumerate(file.tiles)))
        _alpha(file, whole_picture(header))
        return header

    def _check_brightness(self, header: Header, brightness: float) -> None:
        check_brightness(header, brightness, model_has_tone=self.file.preset.global_tone)

    def _check(self, header: Header, limits: Limits | None) -> None:
        """Raise unless this model can decode a file with this header within the limits."""
        check_model(header, self.file)
        check_shape(header.width, header.height, (limits or Limits()).max_pixels)
        tile = min(header.tile_size, header.width), min(header.tile_size, header.height)
        if max(tile) > MAX_TILE_SIZE:
            raise UnsupportedError(f"tiles above {MAX_TILE_SIZE} pixels are not supported")


def _preview_side(header: Header, max_size: int) -> int | None:
    """Return the pixels a side of a latent in a preview; None if it would be too small."""
    longest = max(header.width, header.height)
    return next((side for side in _PREVIEW_SIDES if side * longest >= STRIDE * max_size), None)


def _alpha(file: Container, region: Region) -> Samples | None:
    """Return the alpha plane of a region."""
    if file.alpha is None:
        return None
    header = file.header
    alpha = imaging.decode_alpha(file.alpha, header.width, header.height, header.sixteen_bit)
    return alpha[region.rows, region.columns]


def check_shape(width: int, height: int, max_pixels: int) -> None:
    """Check that padding does not make a thin picture a large one.

    A latent covers 16×16 pixels, so one row of pixels costs as much as sixteen.

    Raises:
        TooManyPixelsError: when it does.
    """
    covered = STRIDE**2 * -(-width // STRIDE) * -(-height // STRIDE)
    if covered > 2 * max(max_pixels, _SMALL):
        raise TooManyPixelsError(
            f"{width}×{height} pixels are too thin a picture: it costs as much as {covered:,}"
        )


def check_model(header: Header, file: ModelFile) -> None:
    """Raise WrongModelError unless ``header`` names exactly the weights of ``file``."""
    if header.model_hash != file.short_hash:
        raise WrongModelError(
            f"the file needs the model {header.model_name} {header.model_hash.hex()}, "
            f"not {file.name} {file.short_hash.hex()}: give the path of the weight file that it "
            "was made with (--model)"
        )
