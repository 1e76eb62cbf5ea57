"""Mix a picture as it was shot with the enhanced one, in linear light.

Light is additive there: half the strength is the exposure half-way between the two.
"""

import numpy as np
import torch
from torch import Tensor

from llcodec._arrays import Samples
from llcodec.codec.samples import white_level
from llcodec.errors import InputError
from llcodec.imaging.icc import decode_srgb, encode_srgb


def check_strength(strength: float) -> None:
    """Raise InputError unless a picture can be enhanced with this strength."""
    if not 0 <= strength <= 1:
        raise InputError(f"strength must be from 0 to 1, not {strength}")


def blend(shot: Samples, bright: Tensor, strength: float) -> Tensor:
    """Return values 1×3×h×w in [0, 1] between h×w×3 samples (0) and enhanced values (1).

    ``bright`` is 1×3×h×w, sRGB-encoded as both others are, and clamped to [0, 1].
    """
    values = bright[0].clamp(0, 1).permute(1, 2, 0).cpu().numpy().astype(np.float64)
    white = white_level(shot)
    # Samples have few different values: their light is looked up in a table.
    table = decode_srgb(np.arange(white + 1) / white)
    light = (1 - strength) * table[shot] + strength * decode_srgb(values)
    return torch.from_numpy(encode_srgb(light)).permute(2, 0, 1)[None]
