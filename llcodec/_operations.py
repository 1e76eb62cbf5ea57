"""What ``llc`` does with one file: encode, decode, enhance or verify it, from bytes to bytes.

``llc encode`` and ``llc batch encode`` share these, so that they make the same files. Options are
plain values that can be sent to other processes; ``load`` loads the network.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from llcodec._limits import MAX_PIXELS
from llcodec._muting import muted_stderr

if TYPE_CHECKING:
    from llcodec.codec.codec import Codec
    from llcodec.container import Header, Limits
    from llcodec.imaging import Picture


@dataclass(frozen=True)
class Made:
    """What was made of a file.

    Attributes:
        data: the output; empty if nothing is written.
        facts: what is reported: ``width``, ``height``, ``model``, and more, by operation.
        model_hash: the first digits of the SHA-256 of the weight file.
        seconds: how long it took; loading a model is not counted.
    """

    data: bytes | memoryview
    facts: Mapping[str, Any]
    model_hash: str
    seconds: float


Make = Callable[[Path | bytes, str], Made]
"""Does it: ``(source, format) -> Made``; ``format`` is Pillow's name of a picture to write."""

_HASH_DIGITS = 16  # of the SHA-256: the bytes that every .llc header contains


@dataclass(frozen=True)
class Encoding:
    """Options of ``llc encode``; None stands for the default of the codec.

    Raises:
        InputError, ModelError: from ``load``, when an option or the model cannot be used.
    """

    model: str | None = None
    device: str = "auto"
    quality: float | None = None
    target_size: int | None = None
    target_bpp: float | None = None
    tile_size: int | None = None
    strip: bool = False
    max_pixels: int = MAX_PIXELS
    engine: str = "auto"
    partial: bool = False
    effort: int = 0

    def load(self) -> Make:
        """Load the codec, and return what encodes a picture."""
        from llcodec._api import load_codec, make_target
        from llcodec.codec.codec import DEFAULT_QUALITY
        from llcodec.codec.encoder import TILE_SIZE, check_tile_size
        from llcodec.codec.models import DEFAULT_MODEL

        tile_size = TILE_SIZE if self.tile_size is None else self.tile_size
        check_tile_size(tile_size)
        quality = DEFAULT_QUALITY if self.quality is None else self.quality
        target = make_target(quality, self.target_size, self.target_bpp)
        codec = load_codec(self.model or DEFAULT_MODEL, self.device, self.engine)

        def make(source: Path | bytes, _format: str) -> Made:
            from llcodec.container import Limits, read_header

            start = perf_counter()
            picture = _read(source, self)
            data = codec.encode(picture, target, tile_size=tile_size, effort=self.effort)
            header = read_header(data, Limits(max_pixels=picture.width * picture.height))
            facts = {
                "bytes": len(data),
                "bpp": round(8 * len(data) / header.pixels, 4),
                **_of_header(header),
                **_reported(picture.left_out, picture.problems),
            }
            return Made(data, facts, header.model_hash.hex(), perf_counter() - start)

        return make


@dataclass(frozen=True)
class Decoding:
    """Options of ``llc decode``.

    Attributes:
        region: left, top, width and height in pixels, or None for the whole picture.

    Raises:
        InputError, ModelError: from ``load``, when an option or the model cannot be used.
    """

    model: str | None = None
    device: str = "auto"
    brightness: float = 1.0
    exposure: float = 0.0
    black_point: float = 0.0
    region: tuple[int, int, int, int] | None = None
    max_size: int | None = None
    salvage: bool = False
    output_quality: int | None = None
    max_pixels: int = MAX_PIXELS
    engine: str = "auto"
    png_level: int | None = None
    detail: float = 0.0
    look: str | None = None

    def load(self) -> Make:
        """Return what decodes a file, with the model that it needs."""
        from llcodec._api import limits_for

        limits = limits_for(self.max_pixels)

        def make(source: Path | bytes, format: str) -> Made:
            from llcodec._api import codec_for
            from llcodec._reading import read_source
            from llcodec.container import read_header

            data = read_source(source)
            refuse_picture(data, self.max_pixels)
            codec = codec_for(
                data, self.model, self.device, limits, self.engine, self.detail, self.look
            )
            start = perf_counter()
            picture, told = self._decode(codec, data, limits)
            output, lost = _written(picture, format, self.output_quality, self.png_level)
            header = read_header(data, limits)
            facts = {
                "bytes": len(output),
                **_of_header(header),
                "width": picture.width,
                "height": picture.height,
                **self._light,
                "detail": self.detail,
                **told,
                **_reported(lost),
            }
            return Made(output, facts, header.model_hash.hex(), perf_counter() - start)

        return make

    @property
    def _light(self) -> dict[str, float]:
        return {
            "brightness": self.brightness,
            "exposure": self.exposure,
            "black_point": self.black_point,
        }

    def _decode(
        self, codec: "Codec", data: bytes, limits: "Limits"
    ) -> tuple["Picture", Mapping[str, Any]]:
        """Return the picture, and what else to report."""
        if self.salvage:
            saved = codec.salvage(data, **self._light, limits=limits)
            return saved.picture, {
                "lost": [str(region) for region in saved.lost],
                "problems": list(saved.problems),
            }
        if self.max_size is not None:
            return codec.decode_small(data, self.max_size, **self._light, limits=limits), {}
        from llcodec.codec.region import Region

        region = None if self.region is None else Region(*self.region)
        told = {} if region is None else {"region": str(region)}
        return codec.decode(data, **self._light, region=region, limits=limits), told


@dataclass(frozen=True)
class Enhancing:
    """Options of ``llc enhance``.

    Raises:
        InputError, ModelError: from ``load``, when an option or the model cannot be used.
    """

    model: str
    device: str = "auto"
    strength: float = 1.0
    exposure: float = 0.0
    black_point: float = 0.0
    strip: bool = False
    output_quality: int | None = None
    max_pixels: int = MAX_PIXELS
    engine: str = "auto"
    partial: bool = False
    png_level: int | None = None

    def load(self) -> Make:
        """Load the enhancer, and return what enhances a picture."""
        from llcodec._api import load_enhancer

        enhancer = load_enhancer(self.model, self.device, self.engine)

        def make(source: Path | bytes, format: str) -> Made:
            start = perf_counter()
            picture = _read(source, self)
            bright = enhancer.enhance(
                picture, self.strength, exposure=self.exposure, black_point=self.black_point
            )
            output, lost = _written(bright, format, self.output_quality, self.png_level)
            facts = {
                "bytes": len(output),
                "width": bright.width,
                "height": bright.height,
                "model": enhancer.name,
                "strength": self.strength,
                "exposure": self.exposure,
                "black_point": self.black_point,
                **_reported((*picture.left_out, *lost), picture.problems),
            }
            hashed = enhancer.sha256[:_HASH_DIGITS]
            return Made(output, facts, hashed, perf_counter() - start)

        return make


@dataclass(frozen=True)
class Verifying:
    """Options of ``llc verify``."""

    model: str | None = None
    max_pixels: int = MAX_PIXELS

    def load(self) -> Make:
        """Return what checks a file, with the model that it needs; it makes no output."""
        from llcodec._api import limits_for

        limits = limits_for(self.max_pixels)

        def make(source: Path | bytes, _format: str) -> Made:
            from llcodec._api import codec_for
            from llcodec._reading import read_source

            data = read_source(source)
            refuse_picture(data, self.max_pixels)
            codec = codec_for(data, self.model, "cpu", limits)
            start = perf_counter()
            header = codec.verify(data, limits=limits)
            facts = {"bytes": len(data), **_of_header(header)}
            return Made(b"", facts, header.model_hash.hex(), perf_counter() - start)

        return make


Operation = Encoding | Decoding | Enhancing | Verifying
"""What to do with each of many files, with its options."""


def _read(source: Path | bytes, options: Encoding | Enhancing) -> "Picture":
    from llcodec._api import stripped
    from llcodec.imaging import read_picture

    with muted_stderr():  # LibRaw prints the errors that it raises
        picture = read_picture(source, max_pixels=options.max_pixels, partial=options.partial)
    return stripped(picture) if options.strip else picture


def refuse_picture(data: bytes, max_pixels: int = MAX_PIXELS) -> None:
    """Check that what is read as an ``.llc`` file is not an image.

    Raises:
        NotAnLlcFileError: when it is.
    """
    from llcodec._signature import SIGNATURE
    from llcodec.errors import LlcError, NotAnLlcFileError

    if data.startswith(SIGNATURE):
        return
    from llcodec.imaging import picture_size  # not before it is needed: it is slow

    try:
        picture_size(data, max_pixels=max_pixels)
    except LlcError:
        return
    raise NotAnLlcFileError(
        "is an image, and not an .llc file: llc enhance makes it bright, and llc encode makes an "
        ".llc file of it"
    )


def _written(
    picture: "Picture", format: str, quality: int | None, png_level: int | None
) -> tuple[memoryview, tuple[str, ...]]:
    """Return the file of a picture, and a line that names what the format cannot hold."""
    from llcodec.imaging import write_picture

    encoded = io.BytesIO()
    lost = write_picture(picture, encoded, format=format, quality=quality, png_level=png_level)
    return encoded.getbuffer(), lost


def _of_header(header: "Header") -> dict[str, Any]:
    return {
        "width": header.width,
        "height": header.height,
        "quality": header.quality,
        "model": header.model_name,
    }


def _reported(left_out: tuple[str, ...], problems: tuple[str, ...] = ()) -> dict[str, Any]:
    lines = {"left_out": list(left_out), "problems": list(problems)}
    return {name: each for name, each in lines.items() if each}
