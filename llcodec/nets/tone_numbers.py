"""Conversion between tone curves and the integers of the file header: 15, or 43 of a local one."""

import math

import torch
from torch import Tensor

from llcodec._bitstream import (
    TONE_COUNT,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_GRID_COLUMNS,
    TONE_GRID_LIMIT,
    TONE_GRID_ROWS,
    TONE_GRID_UNITS,
    TONE_KNEE_UNITS,
    TONE_LIMIT,
    TONE_MATRIX_UNITS,
    TONE_TOE_UNITS,
)
from llcodec.errors import BrokenModelError
from llcodec.nets.local_tone import LocalToneCurve
from llcodec.nets.tone import ToneCurve

_GAIN_UNITS = TONE_GAIN_UNITS / math.log(2)  # natural logarithms to numbers
_GAMMA_UNITS = TONE_GAMMA_UNITS / math.log(2)


def to_numbers(curve: ToneCurve | LocalToneCurve) -> tuple[int, ...]:
    """Return the integers of a curve (a batch of one): 15, or 43 if it is local.

    Raises BrokenModelError if the curve is not finite.
    """
    if isinstance(curve, ToneCurve):
        return _rounded(_whole_numbers(curve), TONE_LIMIT)
    numbers = (
        *_whole_numbers(curve.whole),
        curve.toe[0] * TONE_TOE_UNITS,
        curve.knee[0] * TONE_KNEE_UNITS,
    )
    exposures = curve.grid[0].flatten() * (TONE_GRID_UNITS / math.log(2))
    return _rounded(numbers, TONE_LIMIT) + _rounded((exposures,), TONE_GRID_LIMIT)


def curve_of_numbers(numbers: tuple[int, ...]) -> ToneCurve | LocalToneCurve:
    """Return the curve (a batch of one) of 15 or 43 integers: encoder and decoder use this one."""
    whole = from_numbers(numbers[:TONE_COUNT])
    if len(numbers) == TONE_COUNT:
        return whole
    values = torch.tensor(numbers, dtype=torch.float32)[None]
    return LocalToneCurve(
        whole,
        toe=values[:, 15:18] / TONE_TOE_UNITS,
        knee=values[:, 18:19] / TONE_KNEE_UNITS,
        grid=(values[:, 19:] * (math.log(2) / TONE_GRID_UNITS)).view(
            1, 1, TONE_GRID_ROWS, TONE_GRID_COLUMNS
        ),
    )


def from_numbers(numbers: tuple[int, ...]) -> ToneCurve:
    """Return the global curve (a batch of one) of 15 integers."""
    values = torch.tensor(numbers, dtype=torch.float32)[None]
    return ToneCurve(
        log_gain=values[:, 0:3] / _GAIN_UNITS,
        log_gamma=values[:, 3:6] / _GAMMA_UNITS,
        matrix=(values[:, 6:15] / TONE_MATRIX_UNITS).view(1, 3, 3),
    )


def _whole_numbers(curve: ToneCurve) -> tuple[Tensor, ...]:
    return (
        curve.log_gain[0] * _GAIN_UNITS,
        curve.log_gamma[0] * _GAMMA_UNITS,
        curve.matrix[0].flatten() * TONE_MATRIX_UNITS,
    )


def _rounded(parts: tuple[Tensor, ...], limit: int) -> tuple[int, ...]:
    rounded = torch.cat(parts).round().clamp(-limit, limit)
    if not bool(rounded.isfinite().all()):
        raise BrokenModelError("the model computes a tone that is not finite")
    return tuple(int(v) for v in rounded)
