"""Give tone curves the contrast that night scenes have.

How bright a scene was cannot be known from a dark picture, and the curve that errs least on average
is too flat: where lamps light a night, its black becomes grey. ``measurements/contrast.py``
compares other settings on pairs.
"""

import math
from dataclasses import replace

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import LUMA_WEIGHTS, TONE_FLOOR
from llcodec.engine.exposures import is_local
from llcodec.engine.onnx.local_tone import LocalCurve

STEEPEST = 0.2  # to add to the natural logarithms of the gammas
_LEAST_RANGE, _FULL_RANGE = 4.4, 5.4  # octaves of values, from the 10th to the 98th percentile
_HALF_LEVEL = 0.5 / 255
_MOST_GAIN = 1.0  # natural logarithm
_HALVINGS = 12


def with_contrast(tone: tuple[int, ...], thumbnail: Floats) -> tuple[int, ...]:
    """Return the tone numbers of a steeper curve, which is as bright, for a scene of wide range.

    Global curves stay as they are, and so do those that hardly brighten.

    Args:
        tone: 15 or 43 tone numbers.
        thumbnail: what they were predicted from, H×W×3 in [0, 1].
    """
    if not is_local(tone):
        return tone
    curve = LocalCurve.of_numbers(tone)
    with np.errstate(all="ignore"):  # of nonsensical weights
        mean = _mean(curve, thumbnail)
        share = _range_share(thumbnail) * _brightening_share(thumbnail, mean)
        if not share > 0:
            return tone
        return _as_bright(_steeper(curve, share * STEEPEST), thumbnail, mean).to_numbers()


def _range_share(thumbnail: Floats) -> float:
    """Return where the range of a picture lies: from 0, ordinary, to 1, a night with lamps."""
    dark, light = np.percentile(_luma(thumbnail), (10, 98)) + _HALF_LEVEL
    octaves = math.log2(light / dark)
    return float(np.clip((octaves - _LEAST_RANGE) / (_FULL_RANGE - _LEAST_RANGE), 0, 1))


def _brightening_share(thumbnail: Floats, mean: float) -> float:
    """Return the octaves by which a curve brightens to this mean, within 0 and 1."""
    before = float(_luma(thumbnail).mean())
    return float(np.clip(np.log2(max(mean, TONE_FLOOR) / max(before, TONE_FLOOR)), 0, 1))


def _as_bright(curve: LocalCurve, thumbnail: Floats, mean: float) -> LocalCurve:
    """Return a curve with the gains that give the brightened thumbnail this mean."""
    low, high = 0.0, _MOST_GAIN
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _mean(_gained(curve, middle), thumbnail) < mean:
            low = middle
        else:
            high = middle
    return _gained(curve, high)


def _steeper(curve: LocalCurve, by: float) -> LocalCurve:
    whole = replace(curve.whole, log_gamma=curve.whole.log_gamma + np.float32(by))
    return replace(curve, whole=whole)


def _gained(curve: LocalCurve, by: float) -> LocalCurve:
    whole = replace(curve.whole, log_gain=curve.whole.log_gain + np.float32(by))
    return replace(curve, whole=whole)


def _mean(curve: LocalCurve, thumbnail: Floats) -> float:
    """Return the mean luma of a brightened thumbnail."""
    return float(_luma(np.clip(curve.applied(thumbnail), 0, 1)).mean())


def _luma(picture: Floats) -> Floats:
    luma: Floats = picture @ np.array(LUMA_WEIGHTS, np.float32)
    return luma
