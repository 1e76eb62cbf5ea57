"""LECARM: each pixel as a camera would have shot it with a longer exposure.

Ren, Ying, Li and Li, "LECARM: Low-Light Image Enhancement Using the Camera Response Model", IEEE
Transactions on Circuits and Systems for Video Technology 2019. Written from its equations, with the
parameters of the released program.
"""

from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Pixels
from llcodec._extras import require, versions_of
from llcodec.bench.enhancers.classical import refined
from llcodec.bench.enhancers.smoothing import Values, to_pixels, to_values
from llcodec.bench.interfaces import EnhancerSettings, Parameter


@dataclass(frozen=True)
class Lecarm:
    """LECARM with the sigmoid camera response f(E) = (1 + σ)·Eⁿ / (Eⁿ + σ).

    The exposure of a pixel grows by k = min(1 / T, ``most``), T being LIME's illumination map
    (``alpha``, ``window``) at half the size. Its brightness B becomes f(k·f⁻¹(B)).
    """

    n: float = 0.90
    sigma: float = 0.60
    most: float = 7.0
    alpha: float = 0.15
    window: float = 2.0
    name: str = "lecarm"

    def settings(self) -> EnhancerSettings:
        """Return the parameters."""
        parameters: dict[str, Parameter] = {
            "n": self.n,
            "sigma": self.sigma,
            "most": self.most,
            "alpha": self.alpha,
            "window": self.window,
        }
        return EnhancerSettings(versions_of("scipy", "scikit-image"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture as if it had been exposed longer."""
        values = to_values(pixels)
        ratio = np.minimum(1 / np.maximum(self._illumination(values), 1 / self.most), self.most)
        return to_pixels(self.exposed(values, ratio[..., None]))

    def exposed(self, values: Values, ratio: Values) -> Values:
        """Return the brightness of values in [0, 1] after ``ratio`` times the exposure."""
        light = ratio**self.n * values
        return (1 + self.sigma) * light / (light + 1 + self.sigma - values)

    def _illumination(self, values: Values) -> Values:
        transform = require("skimage.transform", "bench")
        largest = values.max(2)
        half = [-(-side // 2) for side in largest.shape]
        small = transform.resize(largest, half, order=1, anti_aliasing=True)
        small = refined(small, self.alpha, self.window)
        illumination: Values = transform.resize(small, largest.shape, order=1)
        return illumination
