"""Scale the light of a picture that was brightened, and keep the shape of its lamps."""

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import LUMA_WEIGHTS, TONE_FLOOR, TONE_KNEE
from llcodec.nets.constants import UNDONE


def exposed(values: Floats, stops: float) -> Floats:
    """Return values ...×3 with 2^stops times as much light, below the shoulder.

    Lamps keep their shape, and white stays white. Darkening scales all channels of a pixel alike,
    as undoing the shoulder of each would turn coding errors near white into spots of colour.
    """
    values = np.maximum(values, 0)
    if stops >= 0:
        return _scaled(values, stops)
    grey = np.maximum(values @ np.array(LUMA_WEIGHTS, np.float32), np.float32(TONE_FLOOR))
    factor = decode_srgb(_scaled(grey, stops)) / decode_srgb(grey)
    return np.asarray(encode_srgb(factor[..., None] * decode_srgb(values)))


def _scaled(values: Floats, stops: float) -> Floats:
    bright = undo_shoulder(values)
    # What the shoulder's inverse leaves out near white, so that 0 stops change nothing there.
    rest = values - _shoulder(bright)
    return np.asarray(_shoulder(encode_srgb(2.0**stops * decode_srgb(bright))) + rest)


def from_black(values: Floats, level: float) -> Floats:
    """Return values ...×3 from 0, with a level of 0 to 255 made black; white stays white."""
    black = np.float32(level / 255)
    return np.asarray(np.maximum(values - black, 0) / (1 - black))


def decode_srgb(values: Floats) -> Floats:
    """Return the linear light of sRGB-encoded values (IEC 61966-2-1), 0 or above."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encode_srgb(light: Floats) -> Floats:
    """Return linear light, 0 or above, sRGB-encoded."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _shoulder(values: Floats) -> Floats:
    over = np.maximum(values - (1 - TONE_KNEE), 0) / TONE_KNEE
    return np.asarray(np.minimum(values, 1 - TONE_KNEE + TONE_KNEE * over / (1 + over)))


def undo_shoulder(values: Floats) -> Floats:
    """Return what the fixed shoulder made into these values, H×W×3.

    Near white an exact inverse would turn coding errors into spots of garish colour: above 0.6 of
    its height the shoulder is replaced by a straight line, so lamps come back dimmer than they
    were.
    """
    over = np.clip((values - (1 - TONE_KNEE)) / TONE_KNEE, 0, 1)
    curved = np.minimum(over, UNDONE)
    undone = curved / (1 - curved) + (over - curved) / (1 - UNDONE) ** 2
    return np.where(over > 0, 1 - TONE_KNEE + TONE_KNEE * undone, values)
