"""Distinguish graphics (screenshots, slides, drawings) from dark photographs.

Bright words on a dark background are readable as they are; brightening burns out their colours.
"""

from typing import Final

import numpy as np

from llcodec._arrays import Samples, white_level
from llcodec._bitstream import LUMA_WEIGHTS

_SAMPLES: Final = 1 << 18  # about how many pixels are looked at
_BACKGROUNDS: Final = 3  # colours of windows, bars and panels
_LEAST_SHARE: Final = 0.6  # of the picture that has one of them, exactly
_LEAST_FLAT: Final = 0.9  # of that, without noise: like the pixels to the right and below
_LEAST_LUMA: Final = 0.25  # of all else, as its median: it can be read


def is_graphic(pixels: Samples) -> bool:
    """Return whether H×W×3 samples are a graphic with a bright foreground.

    Most of it has one of three colours exactly, without noise, and half of the rest is brighter
    than a quarter of white. Dark photographs may have as few colours, but their rest is dark.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < 2:
        return False
    step = max(1, int((height * width / _SAMPLES) ** 0.5))
    looked = np.s_[: height - 1 : step, : width - 1 : step]
    seen = pixels[looked].astype(np.int64)
    right = pixels[: height - 1, 1:][::step, ::step]
    below = pixels[1:, : width - 1][::step, ::step]
    colours = seen @ np.array([1 << 32, 1 << 16, 1])
    found, counts = np.unique(colours, return_counts=True)
    most = np.argsort(-counts)[:_BACKGROUNDS]
    background = np.isin(colours, found[most])
    if background.mean() < _LEAST_SHARE or background.all():
        return False
    flat = (seen == right).all(-1) & (seen == below).all(-1)
    if flat[background].mean() < _LEAST_FLAT:
        return False
    luma = seen[~background] @ np.array(LUMA_WEIGHTS) / white_level(pixels)
    return bool(np.median(luma) >= _LEAST_LUMA)
