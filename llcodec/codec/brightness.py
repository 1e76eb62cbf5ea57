"""Undo the brightening of a decoded picture: the tone curve of the header, inverted.

The inverse of :func:`llcodec.nets.tone.apply_tone`, except near white, where an exact inverse would
turn coding errors into spots of garish colour: above 0.6 of its height the shoulder is replaced by
a straight line, so lamps come back dimmer than they were.
"""

import numpy as np
from numpy.typing import NDArray

from llcodec._bitstream import (
    TONE_FLOOR,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_KNEE,
    TONE_MATRIX_UNITS,
)
from llcodec.errors import CorruptError

_UNDONE = 0.6  # share of the shoulder's height that is undone exactly
_LEAST_DETERMINANT = 1e-4

Picture = NDArray[np.float32]


class Brightness:
    """Shows enhanced pictures at another brightness.

    Args:
        tone: the 15 tone numbers of the header.
        brightness: from 0, as shot, to 1, enhanced; in between, it is the weighted geometric mean
            of both.

    Raises:
        CorruptError: when the curve cannot be inverted.
    """

    def __init__(self, tone: tuple[int, ...], brightness: float) -> None:
        numbers = np.array(tone, np.float64)
        matrix = numbers[6:15].reshape(3, 3) / TONE_MATRIX_UNITS
        if not abs(np.linalg.det(matrix)) > _LEAST_DETERMINANT:
            raise CorruptError("the tone curve in the header cannot be inverted")
        self._unmix = np.linalg.inv(matrix).T.astype(np.float32)
        self._gain = np.exp2(numbers[0:3] / TONE_GAIN_UNITS).astype(np.float32)
        self._exponent = np.exp2(-numbers[3:6] / TONE_GAMMA_UNITS).astype(np.float32)
        self._brightness = np.float32(brightness)

    def adjust(self, picture: Picture) -> Picture:
        """Return an enhanced picture H×W×3 at this brightness. It may have values out of range."""
        if self._brightness == 1:
            return picture
        with np.errstate(all="ignore"):  # absurd curves overflow
            shot = self._as_shot(picture)
            if self._brightness == 0:
                return shot
            floor = np.float32(TONE_FLOOR)
            mixed = np.maximum(shot, floor) ** (1 - self._brightness)
            return np.asarray(mixed * np.maximum(picture, floor) ** self._brightness)

    def _as_shot(self, picture: Picture) -> Picture:
        bright = _undo_shoulder(picture @ self._unmix)
        exposed = np.maximum(bright, np.float32(TONE_FLOOR)) ** self._exponent
        return np.asarray(exposed / self._gain)


def _undo_shoulder(values: Picture) -> Picture:
    over = np.clip((values - (1 - TONE_KNEE)) / TONE_KNEE, 0, 1)
    curved = np.minimum(over, _UNDONE)
    undone = curved / (1 - curved) + (over - curved) / (1 - _UNDONE) ** 2
    return np.where(over > 0, 1 - TONE_KNEE + TONE_KNEE * undone, values)
