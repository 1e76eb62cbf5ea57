"""Conversion between tone curves and the 15 integers of the file header."""

import math

import torch

from llcodec._bitstream import TONE_GAIN_UNITS, TONE_GAMMA_UNITS, TONE_MATRIX_UNITS
from llcodec.errors import BrokenModelError
from llcodec.nets.tone import ToneCurve

_GAIN_UNITS = TONE_GAIN_UNITS / math.log(2)  # natural logarithms to numbers
_GAMMA_UNITS = TONE_GAMMA_UNITS / math.log(2)
_LIMIT = 2**15 - 1


def to_numbers(curve: ToneCurve) -> tuple[int, ...]:
    """Return the 15 signed 16-bit integers of a curve (a batch of one).

    Raises BrokenModelError if the curve is not finite.
    """
    numbers = (
        curve.log_gain[0] * _GAIN_UNITS,
        curve.log_gamma[0] * _GAMMA_UNITS,
        curve.matrix[0].flatten() * TONE_MATRIX_UNITS,
    )
    rounded = torch.cat(numbers).round().clamp(-_LIMIT, _LIMIT)
    if not bool(rounded.isfinite().all()):
        raise BrokenModelError("the model computes a tone that is not finite")
    return tuple(int(v) for v in rounded)


def from_numbers(numbers: tuple[int, ...]) -> ToneCurve:
    """Return the curve (a batch of one) of 15 integers: encoder and decoder use this one."""
    values = torch.tensor(numbers, dtype=torch.float32)
    return ToneCurve(
        log_gain=values[None, 0:3] / _GAIN_UNITS,
        log_gamma=values[None, 3:6] / _GAMMA_UNITS,
        matrix=(values[6:15] / TONE_MATRIX_UNITS).view(1, 3, 3),
    )
