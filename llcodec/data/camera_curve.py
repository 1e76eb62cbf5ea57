"""Convert an sRGB picture to linear light and back with the tone curve of a camera.

The curve has three parts: a roll-off of the highlights (x → x(1 + s) / (1 + s·x), after Reinhard
et al., SIGGRAPH 2002), the transfer function of IEC 61966-2-1 (sRGB), and a share of the smoothstep
curve 3v² − 2v³, which Brooks et al. (CVPR 2019) use for the contrast of cameras. Each part is
inverted exactly, so that inverting and applying the curve changes nothing. All arrays are float32
in [0, 1].
"""

import numpy as np

from llcodec._arrays import Floats

_SLOPE = 12.92  # of the linear part of sRGB near black
_LIGHT_KNEE = 0.0031308  # the end of the linear part, in light
_VALUE_KNEE = _LIGHT_KNEE * _SLOPE  # the end of the linear part, in sRGB values
_STRAIGHT = 1e-4  # smaller shares of contrast count as 0


def to_light(picture: Floats, contrast: float, shoulder: float) -> Floats:
    """Return the linear light of an sRGB picture, white = 1, of the same shape.

    ``contrast`` is the share of smoothstep in the curve (0 … 1), ``shoulder`` is the strength s of
    the roll-off of highlights (0: none; 3: light just above black becomes four times as bright).
    Values outside [0, 1] are clipped.
    """
    light = srgb_to_light(_undo_contrast(np.clip(picture, 0, 1), contrast))
    if shoulder:
        light /= np.float32(1 + shoulder) - np.float32(shoulder) * light
    return light


def to_picture(light: Floats, contrast: float, shoulder: float) -> Floats:
    """Return the sRGB picture of linear light in [0, 1]: the inverse of ``to_light``."""
    if shoulder:
        light = light * np.float32(1 + shoulder) / (1 + np.float32(shoulder) * light)
    value = light_to_srgb(light)
    if contrast > _STRAIGHT:
        value *= (1 - contrast) + contrast * (3 - 2 * value) * value
    return value


def srgb_to_light(value: Floats) -> Floats:
    """Undo the transfer function of sRGB."""
    # Both parts are evaluated for all pixels and added: much faster than selecting per pixel.
    power = np.maximum(value, np.float32(_VALUE_KNEE))
    power += np.float32(0.055)
    power /= np.float32(1.055)
    power **= np.float32(2.4)
    straight = np.minimum(value, np.float32(_VALUE_KNEE))
    straight -= np.float32(_VALUE_KNEE)
    straight /= np.float32(_SLOPE)
    power += straight
    return np.maximum(power, 0, out=power)


def light_to_srgb(light: Floats) -> Floats:
    """Apply the transfer function of sRGB to linear light."""
    power = np.maximum(light, np.float32(_LIGHT_KNEE))
    power **= np.float32(1 / 2.4)
    power *= np.float32(1.055)
    power -= np.float32(0.055)
    straight = np.minimum(light, np.float32(_LIGHT_KNEE))
    straight -= np.float32(_LIGHT_KNEE)
    straight *= np.float32(_SLOPE)
    power += straight
    return np.maximum(power, 0, out=power)


def _undo_contrast(value: Floats, share: float) -> Floats:
    """Return v for (1 − share)·v + share·(3v² − 2v³).

    With w = v − ½ this is the cubic 2·share·w³ − (1 + share/2)·w + (value − ½) = 0. The solution is
    its middle root, by the trigonometric formula.
    """
    if share <= _STRAIGHT:
        return value
    radius = ((2 + share) / (3 * share)) ** 0.5
    angle = np.float32(6 / (radius * (2 + share))) * (value - np.float32(0.5))
    np.clip(angle, -1, 1, out=angle)
    root: Floats = np.sin(np.arcsin(angle) / np.float32(3))
    root *= np.float32(radius)
    root += np.float32(0.5)
    np.clip(root, 0, 1, out=root)
    return root
