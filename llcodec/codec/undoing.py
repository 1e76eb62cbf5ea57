"""Undo the tone curve of a header: the picture as it was shot.

The inverses of :mod:`llcodec.nets.tone` and :mod:`llcodec.nets.local_tone`.
"""

from typing import Protocol

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import (
    TONE_FLOOR,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_KNEE_UNITS,
    TONE_MATRIX_UNITS,
    TONE_TOE_UNITS,
)
from llcodec.codec.exposing import undo_shoulder
from llcodec.engine.exposures import exposures, grid_of, is_local
from llcodec.engine.protocol import Place
from llcodec.errors import CorruptError

_LEAST_DETERMINANT = 1e-4
_LEAST_SLOPE = 0.25  # of a local shoulder that is undone exactly, chosen on validation pairs
_ONE = TONE_MATRIX_UNITS

IDENTITY = (*(0,) * 6, _ONE, 0, 0, 0, _ONE, 0, 0, 0, _ONE)
"""The tone numbers of no change."""


class Undoing(Protocol):
    """A tone curve, to be undone.

    Attributes:
        mix: transposed colour matrix, 3×3.
        unmix: its inverse.
    """

    mix: Floats
    unmix: Floats

    def exposures(self, place: Place) -> Floats | None:
        """Return the factors that exposed the values at a place, H×W; None if all are equal."""

    def as_shot(self, picture: Floats, exposures: Floats | None) -> Floats:
        """Return the picture H×W×3 as it was before the curve."""


def undoing_of(tone: tuple[int, ...]) -> Undoing:
    """Return the inverse of the curve of 15 or 43 tone numbers.

    Raises:
        CorruptError: when there is none.
    """
    return UndoneLocalTone(tone) if is_local(tone) else UndoneTone(tone)


class UndoneTone:
    """The inverse of a global curve, but for values near white: see :func:`undo_shoulder`.

    Implements :class:`Undoing`.
    """

    def __init__(self, tone: tuple[int, ...]) -> None:
        numbers = np.array(tone, np.float64)
        self.mix, self.unmix = _matrices(numbers)
        self._gain = np.exp2(numbers[0:3] / TONE_GAIN_UNITS).astype(np.float32)
        self._exponent = np.exp2(-numbers[3:6] / TONE_GAMMA_UNITS).astype(np.float32)

    def exposures(self, place: Place) -> Floats | None:
        """Return None: all places are exposed equally."""
        return None

    def as_shot(self, picture: Floats, exposures: Floats | None) -> Floats:
        """Return the picture H×W×3 as it was before the curve."""
        bright = undo_shoulder(picture @ self.unmix)
        exposed = np.maximum(bright, np.float32(TONE_FLOOR)) ** self._exponent
        return np.asarray(exposed / self._gain)


class UndoneLocalTone:
    """The inverse of a local curve, but for values near white.

    The shoulder of each channel makes bright colours paler, and its inverse would turn small
    errors into spots of garish colour. The steeper it is for the brightest channel of a pixel, the
    more the other channels are scaled as that one is: bright colours stay pale.

    Implements :class:`Undoing`.
    """

    def __init__(self, tone: tuple[int, ...]) -> None:
        numbers = np.array(tone, np.float64)
        self.mix, self.unmix = _matrices(numbers)
        self._grid = grid_of(tone)
        gain = np.exp2(numbers[0:3] / TONE_GAIN_UNITS)
        gamma = np.exp2(numbers[3:6] / TONE_GAMMA_UNITS)
        toe, knee = numbers[15:18] / TONE_TOE_UNITS, numbers[18] / TONE_KNEE_UNITS
        t = gain**2 / np.maximum(gain + toe, TONE_FLOOR)
        with np.errstate(all="ignore"):  # absurd curves overflow
            white = np.maximum(t, TONE_FLOOR) ** gamma
            most = np.maximum((white - (1 - knee)) / knee, 1)
            reach = 1 / most**2
            # Where the slope (1 + 2o/m² + o²/m²) / (1 + o)² falls to the least; far out if nowhere.
            flatter = np.maximum(_LEAST_SLOPE - reach, 1e-9)
            over = np.sqrt(1 + (1 - _LEAST_SLOPE) / flatter) - 1
            exact = over * (1 + over * reach) / (1 + over)
        self._reach, self._exact = reach.astype(np.float32), exact.astype(np.float32)
        self._gain, self._toe = gain.astype(np.float32), toe.astype(np.float32)
        self._exponent = (1 / gamma).astype(np.float32)
        self._knee = np.float32(knee)

    def exposures(self, place: Place) -> Floats | None:
        """Return the factors that exposed the values at a place, H×W."""
        return exposures(self._grid, place)

    def as_shot(self, picture: Floats, exposures: Floats | None) -> Floats:
        """Return the picture H×W×3 as it was before the curve; None is an exposure of 1."""
        v = self._undo_shoulder(picture @ self.unmix)
        t = np.maximum(v, 0) ** self._exponent
        u = (t + np.sqrt(t * (t + 4 * self._toe))) / 2
        shot = u / self._gain
        return np.asarray(shot if exposures is None else shot / exposures[..., None])

    def _undo_shoulder(self, values: Floats) -> Floats:
        """Return what the shoulder made into values, H×W×3, with pale colours near white."""
        values = np.minimum(values, 1)  # what is beyond white counts as white
        brightest = np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2])
        near = brightest > 1 - self._knee
        values[near] = self._near_white(values[near], brightest[near][:, None])
        return np.asarray(values)

    def _near_white(self, values: Floats, brightest: Floats) -> Floats:
        """Return the values of N pixels before the shoulder, with pale colours near white.

        Args:
            values: N×3.
            brightest: the largest of each pixel, N×1.
        """
        each, _ = self._steepened(values)
        undone, steepness = (made.mean(-1, keepdims=True) for made in self._steepened(brightest))
        alike = values * (undone / np.maximum(brightest, np.float32(TONE_FLOOR)))
        share = (steepness - 1) / (1 / _LEAST_SLOPE - 1)
        return np.asarray(each + share * share * (3 - 2 * share) * (alike - each))

    def _steepened(self, values: Floats) -> tuple[Floats, Floats]:
        """Return what the shoulder made into values, channel by channel, and how steep that is.

        The steepness is the slope of the shoulder's inverse, from 1 to that of the straight line.
        With y how far values lie above its start, o (1 + o / m²) / (1 + o) = y is a quadratic
        equation. Its root is written so that nothing cancels. Where the shoulder is flat, its
        inverse is replaced by a straight line, as in :func:`undo_shoulder`.

        Args:
            values: N×3, or N×1 for the same value of all channels.
        """
        start = 1 - self._knee
        y = np.clip((values - start) / self._knee, 0, 1)
        curved = np.minimum(y, self._exact)
        rest = 1 - curved
        over = 2 * curved / (rest + np.sqrt(rest * rest + 4 * curved * self._reach))
        flat = (1 + over * (2 + over) * self._reach) / (1 + over) ** 2
        over += (y - curved) / np.float32(_LEAST_SLOPE)
        undone = np.where(y > 0, start + self._knee * over, values)
        return undone, np.clip(1 / flat, 1, np.float32(1 / _LEAST_SLOPE))


def _matrices(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[Floats, Floats]:
    """Return the transposed colour matrix and its inverse."""
    matrix = numbers[6:15].reshape(3, 3) / TONE_MATRIX_UNITS
    if not abs(np.linalg.det(matrix)) > _LEAST_DETERMINANT:
        raise CorruptError("the tone curve in the header cannot be inverted")
    return matrix.T.astype(np.float32), np.linalg.inv(matrix).T.astype(np.float32)
