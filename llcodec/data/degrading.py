"""What happens to pictures before they are brightened: JPEG, and a smaller size."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llcodec._arrays import Pixels

_JPEG_QUALITIES = 50, 96
_MOST_SHRUNK = 2.0


def jpeg_coded(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a picture H×W×3 in [0, 1] as JPEG would have kept it, at a quality from 50 to 95."""
    file = BytesIO()
    pixels = np.round(picture * 255).astype(np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(*_JPEG_QUALITIES)))
    with Image.open(file) as decoded:
        return np.asarray(decoded, np.float32) / np.float32(255)


def random_shrinking(size: int, room: int, rng: np.random.Generator) -> int:
    """Return the pixels a side, from ``size`` to 2·``size``, of what is shrunk to ``size``.

    ``room`` is the shorter side of the picture.
    """
    factor = float(np.exp(rng.uniform(0, np.log(_MOST_SHRUNK))))
    return max(size, min(room, round(size * factor)))


def shrunk(pixels: Pixels, size: int) -> Pixels:
    """Return 8-bit pixels resampled to ``size``×``size``."""
    if pixels.shape[0] == size:
        return pixels
    small: Pixels = np.asarray(
        Image.fromarray(np.ascontiguousarray(pixels)).resize((size, size), Image.Resampling.LANCZOS)
    )
    return small
