"""JPEG, WebP, AVIF and PNG through Pillow; HEIC and JPEG XL through its plug-ins.

JPEG and WebP have the options that people use. AVIF is tuned for squared error, because PSNR is
the first measure here: with its default tuning, libavif loses 0.5 to 0.8 dB of PSNR at equal rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from io import BytesIO
from typing import Any, Literal

import numpy as np
import PIL
from PIL import Image, features

from llcodec._arrays import Pixels
from llcodec._extras import require
from llcodec.bench.interfaces import CodecSettings, Parameter, check_pixels, integer_quality
from llcodec.errors import InputError, UnreadableImageError

Format = Literal["JPEG", "WEBP", "AVIF"]
Chroma = Literal["4:4:4", "4:2:0"]


@dataclass(frozen=True)
class PillowCodec:
    """A format of Pillow with fixed options.

    Attributes:
        name: the name in results.
        format: the name in Pillow.
        chroma: the subsampling that the options select.
        qualities: the usual ones, see :class:`~llcodec.bench.interfaces.BenchCodec`.
        lowest: the lowest possible quality; the highest is 100.
        library: the library that encodes, as results call it.
        version: of this library.
        options: arguments of ``Image.save`` besides format and quality.
        advanced: options of the encoder of AVIF.
    """

    name: str
    format: Format
    chroma: Chroma
    qualities: tuple[float, ...]
    lowest: int
    library: str
    version: str
    options: Mapping[str, Parameter]
    advanced: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        return CodecSettings(
            quality=f"Pillow's quality of {self.format}, {self.lowest} to 100",
            chroma=self.chroma,
            versions={"pillow": PIL.__version__, self.library: self.version},
            parameters={**self.options, **self.advanced},
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3.

        Raises QualityError, or InputError if the picture is too large for the format.
        """
        check_pixels(pixels)
        level = integer_quality(self.name, quality, self.lowest, 100)
        options: dict[str, object] = dict(self.options)
        if self.advanced:
            options["advanced"] = dict(self.advanced)
        file = BytesIO()
        try:
            Image.fromarray(pixels).save(file, self.format, quality=level, **options)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name} cannot code this picture: {error}") from error
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is not one."""
        try:
            with Image.open(BytesIO(data), formats=(self.format,)) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error


def jpeg(chroma: Chroma = "4:2:0") -> PillowCodec:
    """Return JPEG: progressive, with optimised Huffman tables, in 4:2:0 like nearly all files."""
    library, version = _jpeg_library()
    return PillowCodec(
        name="jpeg" if chroma == "4:2:0" else "jpeg444",
        format="JPEG",
        chroma=chroma,
        qualities=(2, 5, 10, 20, 35, 55, 75, 88),
        lowest=1,  # 0 is Pillow's default
        library=library,
        version=version,
        options={"subsampling": chroma, "optimize": True, "progressive": True},
    )


def _jpeg_library() -> tuple[str, str]:
    """Return name and version of the JPEG library of this Pillow."""
    for name in ("mozjpeg", "libjpeg_turbo"):
        if name in features.get_supported():
            return name.replace("_", "-"), str(features.version(name))
    return "libjpeg", str(features.version("jpg"))


def webp() -> PillowCodec:
    """Return lossy WebP at its slowest method. The format supports 4:2:0 only."""
    return PillowCodec(
        name="webp",
        format="WEBP",
        chroma="4:2:0",
        qualities=(0, 5, 15, 30, 50, 70, 82, 91),
        lowest=0,
        library="libwebp",
        version=str(features.version("webp")),
        options={"method": 6},
    )


def avif(chroma: Chroma = "4:4:4", *, speed: int = 4) -> PillowCodec:
    """Return AVIF, encoded by libaom, tuned for squared error, in one tile.

    The name ``avif`` means 4:4:4, because PSNR is that of RGB, and neither the learned codecs nor
    VTM subsample colour here. ``avif420`` is Pillow's default.

    Args:
        chroma: the chroma subsampling.
        speed: from 0 (slow) to 10 (fast). Pillow's default is 6; 4 takes four times as long and
            gains about 0.4 dB.

    Raises InputError if Pillow was built without it.
    """
    if not features.check("avif"):
        raise InputError("this Pillow was built without AVIF")
    return PillowCodec(
        name="avif" if chroma == "4:4:4" else "avif420",
        format="AVIF",
        chroma=chroma,
        qualities=(3, 12, 22, 33, 45, 57, 70, 82),
        lowest=0,
        library="libavif",
        version=str(features.version("avif")),
        # More threads or automatic tiles would make the file depend on the machine.
        options={
            "subsampling": chroma,
            "speed": speed,
            "codec": "aom",
            "max_threads": 1,
            "autotiling": False,
        },
        advanced={"tune": "psnr"},
    )


@dataclass(frozen=True)
class PngCodec:
    """PNG, optimised; its only quality is 0."""

    name: str = "png"
    qualities: tuple[float, ...] = (0.0,)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        return CodecSettings("none", "RGB", {"pillow": PIL.__version__}, {"optimize": True})

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3."""
        check_pixels(pixels)
        integer_quality(self.name, quality, 0, 0)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "PNG", optimize=True)
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is not one."""
        try:
            with Image.open(BytesIO(data), formats=("PNG",)) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableImageError("not a file that png made") from error


_ENCODER = {"tune": "psnr", "preset": "slow"}  # slow is the default of libheif


@dataclass(frozen=True)
class HeicCodec:
    """HEIC, a still picture of HEVC, in 4:2:0 as cameras write it, or in 4:4:4.

    Raises InputError if pillow-heif is not installed, or was built without an encoder.
    """

    chroma: Literal["4:4:4", "4:2:0"] = "4:2:0"
    qualities: tuple[float, ...] = (1, 10, 19, 27, 35, 43, 51, 58)

    def __post_init__(self) -> None:
        if "x265" not in _pillow_heif().libheif_info()["encoders"]:
            raise InputError("this pillow-heif was built without x265, so it writes no HEIC")

    @property
    def name(self) -> str:
        """The name in results."""
        return "heic" if self.chroma == "4:2:0" else "heic444"

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        info = _pillow_heif().libheif_info()
        return CodecSettings(
            quality="libheif's quality, 0 to 100",
            chroma=self.chroma,
            versions={
                "pillow-heif": version("pillow-heif"),
                "libheif": str(info["libheif"]),
                "x265": str(info["encoders"]["x265"]),
            },
            parameters={**_ENCODER},
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3.

        Raises QualityError, or InputError if the picture is too large for the format.
        """
        check_pixels(pixels)
        level = integer_quality(self.name, quality, 0, 100)
        file = BytesIO()
        picture = _pillow_heif().from_pillow(Image.fromarray(pixels))
        # A new dictionary each time, because pillow-heif changes its argument.
        options = {"subsampling": self.chroma, "enc_params": dict(_ENCODER)}
        try:
            picture.save(file, quality=level, **options)
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{self.name} cannot code this picture: {error}") from error
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is not one."""
        try:
            picture = _pillow_heif().open_heif(BytesIO(data)).to_pillow()
            return np.asarray(picture.convert("RGB"))
        except (OSError, ValueError, RuntimeError, SyntaxError, EOFError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error


def _pillow_heif() -> Any:
    return require("pillow_heif", "bench")


@dataclass(frozen=True)
class JxlCodec:
    """Lossy JPEG XL. ``effort`` is that of libjxl, 1 to 9; above its default, 7, PSNR hardly gains.

    Raises InputError if pillow-jxl-plugin is not installed.
    """

    effort: int = 7
    name: str = "jxl"
    qualities: tuple[float, ...] = (0, 20, 28, 40, 55, 70, 82, 90)

    def __post_init__(self) -> None:
        require("pillow_jxl", "bench")  # importing it registers the format in Pillow

    def settings(self) -> CodecSettings:
        """Return versions and parameters, as results record them."""
        return CodecSettings(
            quality="libjxl's quality, 0 to 100",
            chroma="4:4:4",
            versions={"pillow-jxl-plugin": version("pillow-jxl-plugin")},
            parameters={"effort": self.effort, "num_threads": 1},
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3. Raises QualityError."""
        check_pixels(pixels)
        level = integer_quality(self.name, quality, 0, 100)
        file = BytesIO()
        image = Image.fromarray(pixels)
        image.save(file, "JXL", quality=level, effort=self.effort, num_threads=1)
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is not one."""
        try:
            with Image.open(BytesIO(data), formats=("JXL",)) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, RuntimeError, ValueError, SyntaxError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error
