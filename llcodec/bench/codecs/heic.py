"""HEIC through pillow-heif, which brings libheif and x265: an extra.

x265 is tuned for squared error, not for SSIM as libheif would have it: at equal rates that is about
0.4 dB of PSNR.
"""

from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from typing import Any, Literal

import numpy as np
from PIL import Image

from llcodec._extras import require
from llcodec.bench.codecs.codec import CodecSettings, check_pixels, whole_quality
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError, UnreadableImageError

_ENCODER = {"tune": "psnr", "preset": "slow"}  # slow is libheif's own


@dataclass(frozen=True)
class HeicCodec:
    """HEIC, a still picture of HEVC; 4:2:0 as cameras write it, unless 4:4:4 is asked for.

    Raises InputError if pillow-heif is not installed, or was built without an encoder.
    """

    chroma: Literal["4:4:4", "4:2:0"] = "4:2:0"
    qualities: tuple[float, ...] = (1, 10, 19, 27, 35, 43, 51, 58)

    def __post_init__(self) -> None:
        if "x265" not in _pillow_heif().libheif_info()["encoders"]:
            raise InputError("this pillow-heif was built without x265, so it writes no HEIC")

    @property
    def name(self) -> str:
        """What results call it."""
        return "heic" if self.chroma == "4:2:0" else "heic444"

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
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
        whole = whole_quality(self.name, quality, 0, 100)
        file = BytesIO()
        picture = _pillow_heif().from_pillow(Image.fromarray(pixels))
        # A dictionary of its own each time: pillow-heif writes into what it is given.
        options = {"subsampling": self.chroma, "enc_params": dict(_ENCODER)}
        try:
            picture.save(file, quality=whole, **options)
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{self.name} cannot code this picture: {error}") from error
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is none."""
        try:
            picture = _pillow_heif().open_heif(BytesIO(data)).to_pillow()
            return np.asarray(picture.convert("RGB"))
        except (OSError, ValueError, RuntimeError, SyntaxError, EOFError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error


def _pillow_heif() -> Any:
    return require("pillow_heif", "bench")
