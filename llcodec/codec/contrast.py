"""Make the tone curves of scenes of wide range steeper.

How bright a scene was cannot be known from a dark picture, and the curve that errs least on average
is too flat: where lamps light a night, its black becomes grey. The numbers below were chosen on
training pairs (``weights/README.md``); ``measurements/contrast.py`` compares other strengths.
"""

import math

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Floats
from llcodec._bitstream import (
    LUMA_WEIGHTS,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_LIMIT,
    TONE_TOE_UNITS,
)
from llcodec.engine.exposures import is_local

STEEPEST = 0.2
"""The most that is added to the binary logarithms of the gammas."""

_LEAST_RANGE, _FULL_RANGE = 3.0, 4.5  # octaves of sRGB values
_PADDING = 3 / 255  # so that the lowest levels, which are noise, do not count as range
_PIVOT = 0.45  # the value that steeper curves leave as bright as it was


def with_contrast(tone: tuple[int, ...], thumbnail: Floats) -> tuple[int, ...]:
    """Return tone numbers whose curve is steeper if the scene is of wide range.

    What the curve makes middle grey keeps its brightness; darker values become darker, lighter
    ones lighter. Global curves, and those of scenes of ordinary range, stay; curves that brighten
    by less than an octave change in part.

    Args:
        tone: 15 or 43 tone numbers.
        thumbnail: what they were predicted from, H×W×3 in [0, 1].
    """
    if not is_local(tone):
        return tone
    share = _range_share(thumbnail)
    if share == 0:
        return tone
    gains, gammas = np.array(tone[0:3]) / TONE_GAIN_UNITS, np.array(tone[3:6]) / TONE_GAMMA_UNITS
    toes = np.array(tone[15:18]) / TONE_TOE_UNITS
    exposed = _exposed(gammas, toes)
    brightening = float(np.mean(math.log2(_PIVOT) - exposed + gains))  # octaves
    steeper = gammas + STEEPEST * share * min(max(brightening, 0), 1)
    gains = gains + _exposed(steeper, toes) - exposed
    whole = _numbers(gains, TONE_GAIN_UNITS) + _numbers(steeper, TONE_GAMMA_UNITS)
    return (*whole, *tone[6:])


def _range_share(thumbnail: Floats) -> float:
    """Return how wide the range of a picture is: 0 ordinary, 1 a night with lamps."""
    luma = thumbnail @ np.array(LUMA_WEIGHTS, np.float32)
    dark, light = np.percentile(luma, (10, 98)) + _PADDING
    octaves = math.log2(light / dark)
    return float(np.clip((octaves - _LEAST_RANGE) / (_FULL_RANGE - _LEAST_RANGE), 0, 1))


def _exposed(gammas: NDArray[np.float64], toes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the exposed values that toe and gamma turn into the pivot, as binary logarithms.

    ``gammas`` are binary logarithms, too. The toe makes u² / (u + toe) of an exposed value u.
    """
    t = _PIVOT ** np.exp2(-gammas)
    return np.asarray(np.log2((t + np.sqrt(t * (t + 4 * toes))) / 2))


def _numbers(logs: NDArray[np.float64], units: int) -> list[int]:
    return [round(v) for v in np.clip(logs * units, -TONE_LIMIT, TONE_LIMIT)]
