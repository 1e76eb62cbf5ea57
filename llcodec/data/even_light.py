"""Photographs as if their scenes had been lit evenly.

Outdoor photographs have deep shadows next to bright skies, and a discriminator that takes them for
what bright pictures look like asks for black corners in every room. Here the log-odds of all
samples of a picture, u = ½·ln(p / (1 − p)), are drawn together around their mean, and the means of
all pictures around 50 % of white: one curve for a whole picture, so nothing gets halos.
"""

from collections.abc import Iterable

import numpy as np

from llcodec.data.pairs import Pixels

MEAN = 0.0  # of log-odds: 50 % of white
DEVIATION = 0.5  # of the log-odds of one picture, at most
_KEPT = 0.5  # of the distance of a picture's mean from MEAN
_MARGIN = 1 / 1024  # black and white are moved inwards, so that they have log-odds


def evenly_lit(photographs: Iterable[Pixels]) -> list[Pixels]:
    """Return photographs, H×W×3 of 8 bits each, as if evenly lit; order and sizes stay."""
    return [_evenly_lit(pixels) for pixels in photographs]


def _evenly_lit(pixels: Pixels) -> Pixels:
    levels = np.arange(256) / 255
    log_odds = np.arctanh((2 * levels - 1) * (1 - 2 * _MARGIN))
    count = np.bincount(pixels.ravel(), minlength=256) / pixels.size
    mean = float(count @ log_odds)
    deviation = float(np.sqrt(count @ (log_odds - mean) ** 2))
    slope = min(1.0, DEVIATION / max(deviation, 1e-6))
    moved = slope * (log_odds - mean) + MEAN + _KEPT * (mean - MEAN)
    curve = (np.tanh(moved) / (1 - 2 * _MARGIN) + 1) / 2
    table = np.clip(np.round(255 * curve), 0, 255).astype(np.uint8)
    return table[pixels]
