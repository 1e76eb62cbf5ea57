"""PNG: what pipelines that only enhance send, so that their rate is a real one too."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import PIL
from PIL import Image

from llcodec.bench.codecs.codec import CodecSettings, check_pixels, whole_quality
from llcodec.data.pairs import Pixels
from llcodec.errors import UnreadableImageError


@dataclass(frozen=True)
class PngCodec:
    """PNG, optimised; its only quality is 0."""

    name: str = "png"
    qualities: tuple[float, ...] = (0.0,)

    def settings(self) -> CodecSettings:
        """Return versions and parameters, for the record of a result."""
        return CodecSettings("none", "RGB", {"pillow": PIL.__version__}, {"optimize": True})

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the file of a picture, H×W×3."""
        check_pixels(pixels)
        whole_quality(self.name, quality, 0, 0)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "PNG", optimize=True)
        return file.getvalue()

    def decode(self, data: bytes) -> Pixels:
        """Return the picture of a file, H×W×3. Raises UnreadableImageError if it is none."""
        try:
            with Image.open(BytesIO(data), formats=("PNG",)) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            raise UnreadableImageError("not a file that png made") from error
