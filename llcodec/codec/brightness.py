"""Show a decoded picture at another brightness or exposure, by the tone curve of the header."""

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Floats
from llcodec._bitstream import TONE_FLOOR
from llcodec.codec.exposing import decode_srgb, exposed, from_black
from llcodec.codec.undoing import IDENTITY, undoing_of
from llcodec.engine.protocol import Place


class Brightness:
    """Shows enhanced pictures at another brightness.

    Args:
        tone: the tone numbers of the header, 15 or 43; None where the model has no tone curve.
        brightness: from 0, as shot, to 1, enhanced; in between, it is the weighted geometric mean
            of both. Above 1, each step adds as many stops as the curve does up to 1, at an exposure
            of 1.
        exposure: stops to add.
        black_point: the level, of 0 to 255, that is made black at the end.

    Raises:
        CorruptError: when the curve cannot be inverted.
    """

    def __init__(
        self,
        tone: tuple[int, ...] | None,
        brightness: float,
        exposure: float = 0.0,
        black_point: float = 0.0,
    ) -> None:
        self._undoing = undoing_of(IDENTITY if tone is None else tone)
        self._brightness = np.float32(brightness)
        self._stops, self._black = exposure, black_point
        if brightness > 1:
            self._stops += (brightness - 1) * self._brightening()

    def adjust(
        self,
        picture: Floats,
        place: Place | None = None,
        within: NDArray[np.bool_] | None = None,
    ) -> Floats:
        """Return an enhanced picture at this brightness. It may have values out of range.

        Args:
            picture: H×W×3, or 1×N×3 with ``within``.
            place: where the picture lies in a larger one; None for a whole picture.
            within: which N pixels of the place these are, H×W; None for all.
        """
        with np.errstate(all="ignore"):  # absurd curves overflow
            picture = self._lit(picture, place, within)
        return from_black(picture, self._black) if self._black else picture

    def _lit(
        self, picture: Floats, place: Place | None, within: NDArray[np.bool_] | None
    ) -> Floats:
        if self._brightness < 1:  # what is left then has no matrix between light and values
            exposures = self._exposures(place or Place.whole(*picture.shape[:2]), within)
            picture = self._dimmed(picture, exposures)
            return exposed(picture, self._stops) if self._stops else picture
        if not self._stops:
            return picture
        unmixed = np.maximum(picture @ self._undoing.unmix, 0)
        return np.asarray(exposed(unmixed, self._stops) @ self._undoing.mix)

    def _exposures(self, place: Place, within: NDArray[np.bool_] | None) -> Floats | None:
        """Return the factors that exposed the pixels, H×W or 1×N; None if all are equal."""
        exposures = self._undoing.exposures(place)
        if exposures is None or within is None:
            return exposures
        return exposures[within][None]

    def _dimmed(self, picture: Floats, exposures: Floats | None) -> Floats:
        shot = self._undoing.as_shot(picture, exposures)
        if self._brightness == 0:
            return shot
        floor = np.float32(TONE_FLOOR)
        mixed = np.maximum(shot, floor) ** (1 - self._brightness)
        return np.asarray(mixed * np.maximum(picture, floor) ** self._brightness)

    def _brightening(self) -> float:
        """Return the stops by which the curve brightens what becomes middle grey."""
        grey = np.full((1, 1, 3), 0.5, np.float32)
        with np.errstate(all="ignore"):
            shot = self._undoing.as_shot(grey, None)
            before = decode_srgb(np.maximum(shot, np.float32(TONE_FLOOR))).mean()
            return float(np.log2(decode_srgb(grey).mean() / before))
