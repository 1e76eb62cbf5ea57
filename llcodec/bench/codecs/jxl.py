"""JPEG XL through pillow-jxl-plugin, which brings libjxl: an extra.

libjxl aims at what people see, in its own colour space, and has no switch for squared error: its
PSNR at low rates says little about it. Below a quality of about 18 it codes pictures at half their
size, which bends the curve there.
"""

from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO

import numpy as np
from PIL import Image

from llcodec._extras import require
from llcodec.bench.codecs.codec import CodecSettings, check_pixels, whole_quality
from llcodec.data.pairs import Pixels
from llcodec.errors import UnreadableImageError


@dataclass(frozen=True)
class JxlCodec:
    """Lossy JPEG XL. ``effort`` is libjxl's, 1 to 9; above its default of 7, PSNR hardly gains.

    Raises InputError if pillow-jxl-plugin is not installed.
    """

    effort: int = 7
    name: str = "jxl"
    qualities: tuple[float, ...] = (0, 20, 28, 40, 55, 70, 82, 90)

    def __post_init__(self) -> None:
        require("pillow_jxl", "bench")  # importing it teaches Pillow the format

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
        return CodecSettings(
            quality="libjxl's quality, 0 to 100",
            chroma="4:4:4",
            versions={"pillow-jxl-plugin": version("pillow-jxl-plugin")},
            parameters={"effort": self.effort, "num_threads": 1},
        )

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3. Raises QualityError."""
        check_pixels(pixels)
        whole = whole_quality(self.name, quality, 0, 100)
        file = BytesIO()
        image = Image.fromarray(pixels)
        image.save(file, "JXL", quality=whole, effort=self.effort, num_threads=1)
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is none."""
        try:
            with Image.open(BytesIO(data), formats=("JXL",)) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, RuntimeError, ValueError, SyntaxError) as error:
            raise UnreadableImageError(f"not a file that {self.name} made") from error
