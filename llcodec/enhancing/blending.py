"""Mix a picture as it was shot with the enhanced one, in linear light.

Light is additive there: half the strength is the exposure half-way between the two.
"""

import numpy as np

from llcodec._arrays import Floats, Samples, white_level
from llcodec.errors import InputError
from llcodec.imaging.icc import decode_srgb, encode_srgb


def check_strength(strength: float) -> None:
    """Raise InputError unless a picture can be enhanced with this strength."""
    if not 0 <= strength <= 1:
        raise InputError(f"strength must be from 0 to 1, not {strength}")


def blend(shot: Samples, bright: Floats, strength: float) -> Floats:
    """Return values h×w×3 in [0, 1] between samples (strength 0) and enhanced values (1).

    ``bright`` is h×w×3, sRGB-encoded as both others are, and clamped to [0, 1].
    """
    white = white_level(shot)
    # Samples have few different values: their light is looked up in a table.
    table = decode_srgb(np.arange(white + 1) / white)
    values = bright.clip(0, 1).astype(np.float64)
    light = (1 - strength) * table[shot] + strength * decode_srgb(values)
    return np.asarray(encode_srgb(light), np.float32)
