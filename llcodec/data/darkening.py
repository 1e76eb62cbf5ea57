"""Synthetic low light: what a camera would have written of a photograph taken in the dark.

Undo the tone curve and the display gamma, take light away, add the noise of photons and of the
sensor and an error of the white balance, quantise, and redo the curve (as Brooks et al., CVPR
2019, unprocess photographs). All random numbers come from the generator that is passed in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
_GAMMA = 2.2


@dataclass(frozen=True)
class Darkening:
    """One way to darken a picture.

    ``exposure`` is the share of the light that is left (1/60 … 1/2), ``balance`` a gain per
    channel, ``shot`` the variance per unit of signal (1 / photons at white), ``read`` the
    standard deviation of the sensor's own noise in units of white, ``contrast`` the share of the
    smoothstep tone curve that is undone first.
    """

    exposure: float
    balance: tuple[float, float, float]
    shot: float
    read: float
    contrast: float


def random_darkening(rng: np.random.Generator) -> Darkening:
    """Draw a darkening: log-uniform exposure and noise, a few percent of colour cast."""
    r, g, b = np.exp(rng.normal(0, 0.08, 3))
    return Darkening(
        exposure=float(np.exp(rng.uniform(np.log(1 / 60), np.log(1 / 2)))),
        balance=(float(r), float(g), float(b)),
        shot=float(np.exp(rng.uniform(np.log(2e-5), np.log(8e-4)))),
        read=float(np.exp(rng.uniform(np.log(1e-4), np.log(2e-3)))),
        contrast=float(rng.uniform(0, 0.7)),
    )


def darken(
    picture: Image, how: Darkening, rng: np.random.Generator | None, levels: int = 255
) -> Image:
    """Return the dark version, H×W×3 in [0, 1], of an sRGB picture H×W×3 in [0, 1].

    ``rng=None`` leaves noise and quantisation out: what an average over many pixels would show.
    """
    light = _undo_contrast(picture, how.contrast) ** _GAMMA
    light = light * (np.array(how.balance, np.float32) * np.float32(how.exposure))
    if rng is not None:
        deviation = np.sqrt(light * how.shot + how.read**2)
        light = light + deviation * rng.standard_normal(light.shape, np.float32)
    dark = np.clip(light, 0, 1) ** (1 / _GAMMA)
    if rng is not None:
        dark = np.round(dark * levels) / levels
    out: Image = dark.astype(np.float32)
    return out


def _undo_contrast(picture: Image, share: float) -> Image:
    """Undo ``share`` of the smoothstep tone curve 3v² − 2v³ of a camera."""
    flat = 0.5 - np.sin(np.arcsin(1 - 2 * np.clip(picture, 0, 1)) / 3)
    mixed: Image = ((1 - share) * picture + share * flat).astype(np.float32)
    return mixed
