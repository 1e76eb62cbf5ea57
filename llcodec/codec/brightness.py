"""Show a decoded picture at another brightness or exposure, by the tone curve of the header.

Undoing the curve is the inverse of :func:`llcodec.nets.tone.apply_tone`, except near white, where
an exact inverse would turn coding errors into spots of garish colour: above 0.6 of its height the
shoulder is replaced by a straight line, so lamps come back dimmer than they were.
"""

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import (
    LUMA_WEIGHTS,
    TONE_FLOOR,
    TONE_GAIN_UNITS,
    TONE_GAMMA_UNITS,
    TONE_KNEE,
    TONE_MATRIX_UNITS,
)
from llcodec.errors import CorruptError

_UNDONE = 0.6  # share of the shoulder's height that is undone exactly
_LEAST_DETERMINANT = 1e-4
_ONE = TONE_MATRIX_UNITS
_IDENTITY = (*(0,) * 6, _ONE, 0, 0, 0, _ONE, 0, 0, 0, _ONE)


class Brightness:
    """Shows enhanced pictures at another brightness.

    Args:
        tone: the 15 tone numbers of the header; None where the model has no tone curve.
        brightness: from 0, as shot, to 1, enhanced; in between, it is the weighted geometric mean
            of both. Above 1, each step adds as many stops as the curve does up to 1.
        exposure: stops to add.

    Raises:
        CorruptError: when the curve cannot be inverted.
    """

    def __init__(
        self, tone: tuple[int, ...] | None, brightness: float, exposure: float = 0.0
    ) -> None:
        numbers = np.array(_IDENTITY if tone is None else tone, np.float64)
        matrix = numbers[6:15].reshape(3, 3) / TONE_MATRIX_UNITS
        if not abs(np.linalg.det(matrix)) > _LEAST_DETERMINANT:
            raise CorruptError("the tone curve in the header cannot be inverted")
        self._mix = matrix.T.astype(np.float32)
        self._unmix = np.linalg.inv(matrix).T.astype(np.float32)
        self._gain = np.exp2(numbers[0:3] / TONE_GAIN_UNITS).astype(np.float32)
        self._exponent = np.exp2(-numbers[3:6] / TONE_GAMMA_UNITS).astype(np.float32)
        self._brightness = np.float32(brightness)
        self._stops = exposure
        if brightness > 1:
            self._stops += (brightness - 1) * self._brightening()

    def adjust(self, picture: Floats) -> Floats:
        """Return an enhanced picture H×W×3 at this brightness. It may have values out of range."""
        with np.errstate(all="ignore"):  # absurd curves overflow
            if self._brightness < 1:  # what is left then has no matrix between light and values
                picture = self._dimmed(picture)
                return exposed(picture, self._stops) if self._stops else picture
            if not self._stops:
                return picture
            unmixed = np.maximum(picture @ self._unmix, 0)
            return np.asarray(exposed(unmixed, self._stops) @ self._mix)

    def _dimmed(self, picture: Floats) -> Floats:
        shot = self._as_shot(picture)
        if self._brightness == 0:
            return shot
        floor = np.float32(TONE_FLOOR)
        mixed = np.maximum(shot, floor) ** (1 - self._brightness)
        return np.asarray(mixed * np.maximum(picture, floor) ** self._brightness)

    def _as_shot(self, picture: Floats) -> Floats:
        bright = _undo_shoulder(picture @ self._unmix)
        exposed = np.maximum(bright, np.float32(TONE_FLOOR)) ** self._exponent
        return np.asarray(exposed / self._gain)

    def _brightening(self) -> float:
        """Return by how many stops the curve brightens what becomes middle grey."""
        grey = np.full((1, 1, 3), 0.5, np.float32)
        with np.errstate(all="ignore"):
            before = _decode_srgb(np.maximum(self._as_shot(grey), np.float32(TONE_FLOOR))).mean()
            return float(np.log2(_decode_srgb(grey).mean() / before))


def exposed(values: Floats, stops: float) -> Floats:
    """Return values ...×3 with 2^stops times as much light, below the shoulder.

    Lamps keep their shape, and white stays white. Darkening scales all channels of a pixel alike,
    as undoing the shoulder of each would turn coding errors near white into spots of colour.
    """
    values = np.maximum(values, 0)
    if stops >= 0:
        return _scaled(values, stops)
    grey = np.maximum(values @ np.array(LUMA_WEIGHTS, np.float32), np.float32(TONE_FLOOR))
    factor = _decode_srgb(_scaled(grey, stops)) / _decode_srgb(grey)
    return np.asarray(_encode_srgb(factor[..., None] * _decode_srgb(values)))


def _scaled(values: Floats, stops: float) -> Floats:
    bright = _undo_shoulder(values)
    # What the shoulder's inverse leaves out near white, so that 0 stops change nothing there.
    rest = values - _shoulder(bright)
    return np.asarray(_shoulder(_encode_srgb(2.0**stops * _decode_srgb(bright))) + rest)


def _decode_srgb(values: Floats) -> Floats:
    """Return the linear light of sRGB-encoded values (IEC 61966-2-1), 0 or above."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encode_srgb(light: Floats) -> Floats:
    """Return linear light, 0 or above, sRGB-encoded."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _shoulder(values: Floats) -> Floats:
    over = np.maximum(values - (1 - TONE_KNEE), 0) / TONE_KNEE
    return np.asarray(np.minimum(values, 1 - TONE_KNEE + TONE_KNEE * over / (1 + over)))


def _undo_shoulder(values: Floats) -> Floats:
    over = np.clip((values - (1 - TONE_KNEE)) / TONE_KNEE, 0, 1)
    curved = np.minimum(over, _UNDONE)
    undone = curved / (1 - curved) + (over - curved) / (1 - _UNDONE) ** 2
    return np.where(over > 0, 1 - TONE_KNEE + TONE_KNEE * undone, values)
