"""JPEG, WebP and AVIF, through the libraries that Pillow brings.

JPEG and WebP are as people use them. AVIF is tuned for squared error, as what is measured here is
squared error first: libavif's own tuning loses 0.5 to 0.8 dB of PSNR at equal rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

import numpy as np
import PIL
from PIL import Image, features

from llcodec.bench.codecs.codec import CodecSettings, Parameter, check_pixels, whole_quality
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError, UnreadableImageError

Format = Literal["JPEG", "WEBP", "AVIF"]
Chroma = Literal["4:4:4", "4:2:0"]


@dataclass(frozen=True)
class PillowCodec:
    """A format of Pillow's with fixed options.

    Attributes:
        name: what results call it.
        format: as Pillow calls it.
        chroma: of what the options ask for.
        qualities: the usual ones, see :class:`~llcodec.bench.codecs.codec.BenchCodec`.
        lowest: the lowest quality that there is; the highest is 100.
        library: the library that does the work, as results call it.
        version: its version.
        options: what ``Image.save`` is given besides format and quality.
        advanced: what is passed on to AVIF's encoder.
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
        """Return versions and parameters, for the record of a result."""
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
        whole = whole_quality(self.name, quality, self.lowest, 100)
        options: dict[str, object] = dict(self.options)
        if self.advanced:
            options["advanced"] = dict(self.advanced)
        file = BytesIO()
        try:
            Image.fromarray(pixels).save(file, self.format, quality=whole, **options)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name} cannot code this picture: {error}") from error
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is none."""
        try:
            with Image.open(BytesIO(data), formats=(self.format,)) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error


def jpeg(chroma: Chroma = "4:2:0") -> PillowCodec:
    """Return JPEG: progressive, with optimised Huffman tables, 4:2:0 as nearly all files are."""
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
    """Return name and version of the library that this Pillow makes JPEG with."""
    for name in ("mozjpeg", "libjpeg_turbo"):
        if name in features.get_supported():
            return name.replace("_", "-"), str(features.version(name))
    return "libjpeg", str(features.version("jpg"))


def webp() -> PillowCodec:
    """Return lossy WebP at its slowest method. The format knows 4:2:0 only."""
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
    """Return AVIF, coded by libaom, tuned for squared error, in one tile.

    4:4:4 is what ``avif`` means here: PSNR is taken of RGB, and the learned codecs and VTM beside
    it keep colour whole as well. ``avif420`` is Pillow's own default.

    Args:
        chroma: how colour is kept.
        speed: from 0 to 10, slow to quick. Pillow's default is 6; 4 takes four times as long and
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
