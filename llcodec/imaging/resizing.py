"""Resize pictures."""

from dataclasses import replace

import numpy as np
from PIL import Image

from llcodec._arrays import Samples
from llcodec.imaging.picture import Picture


def fit_within(width: int, height: int, most: int) -> tuple[int, int]:
    """Return the width and height of a picture scaled down to at most ``most`` pixels a side.

    The aspect ratio is kept, as far as whole pixels allow; small pictures are not enlarged.
    """
    share = min(1.0, most / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def resize(
    picture: Picture, width: int, height: int, extent: tuple[float, float] | None = None
) -> Picture:
    """Resize a picture to ``width``×``height`` pixels by an antialiased Lanczos filter.

    Args:
        picture: its alpha plane may have another size than the pixels, and is resized as a whole.
        width: in pixels.
        height: in pixels.
        extent: columns and rows of pixels to use, from the top left corner; by default all.
    """
    planes = [_plane(picture.pixels[..., number], width, height, extent) for number in range(3)]
    alpha = None if picture.alpha is None else _plane(picture.alpha, width, height)
    return replace(picture, pixels=np.stack(planes, -1), alpha=alpha)


def _plane(
    samples: Samples, width: int, height: int, extent: tuple[float, float] | None = None
) -> Samples:
    whole = samples.shape[1], samples.shape[0]
    if (width, height) == whole and extent in (None, whole):
        return samples
    values = Image.fromarray(samples.astype(np.float32))
    box = (0.0, 0.0, *(extent or whole))
    resized = np.asarray(values.resize((width, height), Image.Resampling.LANCZOS, box))
    result: Samples = resized.round().clip(0, np.iinfo(samples.dtype).max).astype(samples.dtype)
    return result
