"""Synthetic low light: the image that a camera would have written in the dark.

Invert the tone curve of the camera, reduce the light, add an error of the white balance and the
noise of photons and sensor, apply the curve, quantise (as Brooks et al., CVPR 2019, unprocess
photographs). The ranges come from measurements of the dark pictures of LOL and of other real ones,
see docs/darkening.md. All random numbers come from the generator that is passed in.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Floats
from llcodec.data.camera_curve import to_light, to_picture
from llcodec.data.sensor_noise import share_noise, unit_noise

Gains = tuple[float, float, float]

_DARKEST, _BRIGHTEST = 1 / 60, 1 / 2  # the range of exposures
_LAMPLIGHT = 1 / 3  # the lowest exposure of parts that a lamp lights

# The median noise, measured on LOL, whose dark pictures have 1/40 of the light of the bright ones.
_EXPOSURE = 1 / 40
_SHOT = 2.0e-5
_READ = 1.5e-4
# R and B are amplified more than G by white balance and colour matrix, and their noise with them.
_AMPLIFICATION = (2.05, 1.0, 1.4)

_STRIP = 8192  # pixels per step, so that the data stays in the cache of the CPU


@dataclass(frozen=True)
class Darkening:
    """One way to darken a picture. Light is linear, and white is 1.

    Attributes:
        exposure: the remaining share of the light.
        balance: a gain for each of R, G and B: the error of the white balance.
        shot: the variance of photon noise per unit of light, 1 / photons at white.
        read: the standard deviation of the read noise of the sensor, in units of white.
        contrast: the share of smoothstep in the tone curve of the camera, 0 … 1.
        shoulder: how strongly that curve compresses highlights, 0 … about 4.
        amplification: factors of the standard deviation of noise in R, G and B.
        shared: the correlation of noise between two channels, 0 … 1.
        blur: the weight of the neighbours, relative to 1 for the pixel itself, that demosaicing or
            denoising mixes into noise; 0.25 gives neighbours a correlation of 0.44.
        black: the error of the black level for each of R, G and B, in units of white: below 0,
            shadows are clipped; above 0, they are lifted.
    """

    exposure: float
    balance: Gains
    shot: float
    read: float
    contrast: float
    shoulder: float = 0.0
    amplification: Gains = (1.0, 1.0, 1.0)
    shared: float = 0.0
    blur: float = 0.0
    black: Gains = (0.0, 0.0, 0.0)


def random_darkening(rng: np.random.Generator, exposure: float | None = None) -> Darkening:
    """Draw a darkening.

    ``exposure`` is drawn from 1/60 … 1/2 (log-uniform) unless it is given. Less light means a
    higher ISO: ``shot`` is drawn around 1 / √exposure, down to exposures of 1/60.
    """
    drawn = float(np.exp(rng.uniform(np.log(_DARKEST), np.log(_BRIGHTEST))))
    exposure = drawn if exposure is None else exposure
    warm, tint = rng.normal(0, 0.12), rng.normal(0, 0.06)  # logarithms of gains
    iso = (_EXPOSURE / max(exposure, _DARKEST)) ** 0.5 * np.exp(rng.normal(0, 0.7))
    # With the ISO, read noise rises a little faster than the variance of photons (Brooks et al.).
    read = _READ * iso**1.09 * np.exp(rng.normal(0, 0.13))
    amplification = np.array(_AMPLIFICATION) * np.exp(rng.normal(0, 0.1, 3))
    return Darkening(
        exposure=exposure,
        balance=_gains(np.exp([warm - tint / 2, tint, -warm - tint / 2])),
        shot=float(_SHOT * iso),
        read=float(read),
        contrast=float(rng.uniform(0, 0.6)),
        shoulder=float(rng.uniform(0, 4)),
        amplification=_gains(amplification),
        shared=float(rng.uniform(0, 0.4)),
        blur=float(max(0, rng.uniform(-1.5, 0.5))),
        black=_gains(read * amplification * rng.normal(-0.25, 0.4, 3)),
    )


def random_noise(rng: np.random.Generator) -> Darkening:
    """Draw a darkening that only adds noise, for pictures that are already dark."""
    return evenly_exposed(random_darkening(rng, _EXPOSURE))


def random_night(rng: np.random.Generator) -> Darkening:
    """Draw a darkening for a picture with lamps, whose light is almost correctly exposed."""
    return random_darkening(rng, float(np.exp(rng.uniform(np.log(_LAMPLIGHT), 0))))


def evenly_exposed(how: Darkening) -> Darkening:
    """Return the darkening with the same curve that keeps all light and has no errors."""
    return replace(how, exposure=1.0, balance=(1.0, 1.0, 1.0), black=(0.0, 0.0, 0.0))


def darken(
    picture: Floats,
    how: Darkening,
    rng: np.random.Generator | None,
    levels: int = 255,
    light: Floats | None = None,
) -> Floats:
    """Return the dark version, H×W×3 in [0, 1], of an sRGB picture H×W×3 in [0, 1].

    It is quantised to ``levels`` steps. ``rng=None`` leaves out noise and quantisation, which gives
    the average over many pixels, apart from clipping of noise at black. ``light``, H×W×1, is a
    share of the light for each pixel, in addition to the exposure.
    """
    height, width, _ = picture.shape
    noise = None if rng is None else unit_noise(height, width, how.blur, rng)
    dark = np.empty(picture.shape, np.float32)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        piece = _expose(
            picture[strip],
            how,
            None if noise is None else noise[:, strip],
            None if light is None else light[strip],
        )
        if noise is not None:
            piece *= np.float32(levels)
            np.rint(piece, out=piece)
            piece /= np.float32(levels)
        dark[strip] = piece.transpose(1, 2, 0)
    return dark


def _expose(picture: Floats, how: Darkening, noise: Floats | None, lamps: Floats | None) -> Floats:
    """Return the output of the camera for some rows, 3×H×W, before quantisation."""
    planes = np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)
    light = to_light(planes, how.contrast, how.shoulder)
    light *= _column(how.balance) * np.float32(how.exposure)
    if lamps is not None:
        light *= lamps.transpose(2, 0, 1)
    if noise is not None:
        deviation = light * np.float32(how.shot)
        deviation += np.float32(how.read**2)
        np.sqrt(deviation, out=deviation)
        deviation *= _column(how.amplification)
        deviation *= share_noise(noise, how.shared)
        light += deviation
    light += _column(how.black)
    return to_picture(np.clip(light, 0, 1, out=light), how.contrast, how.shoulder)


def _column(values: Gains) -> Floats:
    """Return one value per channel, shaped to multiply 3×H×W."""
    return np.array(values, np.float32).reshape(3, 1, 1)


def _gains(values: NDArray[np.float64]) -> Gains:
    r, g, b = values.tolist()
    return r, g, b
