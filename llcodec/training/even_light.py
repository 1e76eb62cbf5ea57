"""Photographs as if their scenes had been lit evenly.

Outdoor photographs have deep shadows next to bright skies. A discriminator that learns bright
pictures from them demands black corners in every room. Here the log-odds of all samples of a
picture, u = ½·ln(p / (1 − p)), are compressed around their mean, and the means of all pictures
around 50 % of white. Each picture has a single curve, so that there are no halos.
"""

from collections.abc import Iterable

import numpy as np
import torch

from llcodec._arrays import Pixels
from llcodec.data.storage import Store, in_memory
from llcodec.nerco.views import to_unit
from llcodec.nerco.whole_picture import from_log_odds, log_odds

MEAN = 0.0  # of log-odds: 50 % of white
DEVIATION = 0.5  # the largest deviation of the log-odds of one picture
_KEPT = 0.5  # the remaining share of the distance between the mean of a picture and MEAN


def evenly_lit(photographs: Iterable[Pixels], store: Store = in_memory) -> list[Pixels]:
    """Return photographs, H×W×3 with 8 bits, as if evenly lit, in the same order and sizes.

    ``store`` decides where they are stored.
    """
    return [store(_evenly_lit(pixels)) for pixels in photographs]


def _evenly_lit(pixels: Pixels) -> Pixels:
    of_levels = log_odds(torch.linspace(-1, 1, 256)).numpy()
    share = np.bincount(pixels.ravel(), minlength=256) / pixels.size
    mean = float(share @ of_levels)
    deviation = float(np.sqrt(share @ (of_levels - mean) ** 2))
    slope = min(1.0, DEVIATION / max(deviation, 1e-6))
    moved = slope * (of_levels - mean) + MEAN + _KEPT * (mean - MEAN)
    table = (255 * to_unit(from_log_odds(torch.from_numpy(moved)))).round().byte().numpy()
    lit: Pixels = table[pixels]
    return lit
