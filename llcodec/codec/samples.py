"""Conversion between integer samples H×W×3 and float pictures."""

import numpy as np

from llcodec._arrays import Floats, Samples, to_floats, white_level
from llcodec._bitstream import LUMA_WEIGHTS
from llcodec.nets.constants import THUMBNAIL_SIZE


def crop(samples: Samples, top: int, left: int, height: int, width: int) -> Floats:
    """Return a crop height×width×3 in [0, 1], padded by replication beyond the picture."""
    inside = samples[top : top + height, left : left + width]
    pad = (0, height - inside.shape[0]), (0, width - inside.shape[1]), (0, 0)
    return to_floats(np.pad(inside, pad, mode="edge"))


def luma(picture: Floats) -> Floats:
    """Return the luma of a picture H×W×3 in all three channels."""
    red, green, blue = (picture[..., n] * np.float32(w) for n, w in enumerate(LUMA_WEIGHTS))
    return np.repeat((red + green + blue)[..., None], 3, 2)


def to_samples(picture: Floats, *, sixteen_bit: bool, grey: bool) -> Samples:
    """Return a picture H×W×3 as samples: clamped to [0, 1] and rounded; NaN becomes 0.

    ``grey`` pictures get the luma in all three channels.
    """
    if grey:
        picture = luma(picture)
    white, kind = (65535, np.uint16) if sixteen_bit else (255, np.uint8)
    values = np.fmin(np.fmax(picture, 0), 1)
    return np.rint(values * np.float32(white)).astype(kind)


def thumbnail_of_samples(samples: Samples) -> Floats:
    """Return the picture averaged down to 100×150×3, in [0, 1].

    The same as area interpolation of the float picture: cells overlap where they do not divide
    the picture. Computed one row of cells at a time, with exact sums.
    """
    (height, width), (cells, across) = samples.shape[:2], THUMBNAIL_SIZE
    edges = np.arange(across + 1) * width
    left, right = edges[:-1] // across, -(-edges[1:] // across)
    rows = []
    for number in range(cells):
        stripe = samples[number * height // cells : -(-(number + 1) * height // cells)]
        sums = np.zeros((width + 1, 3), np.int64)
        np.cumsum(stripe.sum(0, np.int64), 0, out=sums[1:])
        rows.append((sums[right] - sums[left]) / (len(stripe) * (right - left))[:, None])
    return np.asarray(np.stack(rows) / white_level(samples), np.float32)
