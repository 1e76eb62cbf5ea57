"""Enhancement without learning: gamma, CLAHE and multi-scale Retinex.

Gamma and CLAHE are those of scikit-image. No maintained library has this Retinex; it is implemented
from its papers, with their parameters. ``illumination`` has the methods that estimate an
illumination map.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec._extras import require, versions_of
from llcodec.bench.interfaces import EnhancerSettings, Parameter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Values: TypeAlias = NDArray[np.float64]


def to_values(pixels: Pixels) -> Values:
    """Return 8-bit pixels as values in [0, 1]."""
    return pixels.astype(np.float64) / 255


def to_pixels(values: Values) -> Pixels:
    """Return values, clipped to [0, 1], as 8-bit pixels."""
    return np.clip(np.round(values * 255), 0, 255).astype(np.uint8)


def parameters_of(enhancer: "DataclassInstance") -> dict[str, Parameter]:
    """Return the fields of an enhancer except its name, as its settings record them."""
    return {name: value for name, value in asdict(enhancer).items() if name != "name"}


@dataclass(frozen=True)
class Identity:
    """An enhancer that changes nothing."""

    name: str = "none"

    def settings(self) -> EnhancerSettings:
        """Return no settings."""
        return EnhancerSettings()

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the same picture."""
        return pixels


@dataclass(frozen=True)
class Gamma:
    """Gamma correction: v^gamma of all values in [0, 1]."""

    gamma: float = 1 / 2.2
    name: str = "gamma"

    def settings(self) -> EnhancerSettings:
        """Return the exponent."""
        return EnhancerSettings(versions_of("scikit-image"), {"gamma": round(self.gamma, 6)})

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture with all values raised to the exponent."""
        exposure = require("skimage.exposure", "bench")
        return to_pixels(exposure.adjust_gamma(to_values(pixels), self.gamma))


@dataclass(frozen=True)
class Clahe:
    """Contrast-limited adaptive histogram equalisation of the value of HSV (Zuiderveld 1994).

    ``clip_limit`` is that of scikit-image, ``tiles`` is the number of tiles along each side.
    """

    clip_limit: float = 0.02
    tiles: int = 8
    name: str = "clahe"

    def settings(self) -> EnhancerSettings:
        """Return the clip limit and the tiles."""
        parameters = parameters_of(self) | {"plane": "HSV value"}
        return EnhancerSettings(versions_of("scikit-image"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture with equalised local contrast."""
        exposure = require("skimage.exposure", "bench")
        size = [max(1, -(-side // self.tiles)) for side in pixels.shape[:2]]
        return to_pixels(
            exposure.equalize_adapthist(to_values(pixels), size, clip_limit=self.clip_limit)
        )


@dataclass(frozen=True)
class Retinex:
    """Multi-scale Retinex with colour restoration, MSRCR.

    Jobson, Rahman and Woodell 1997: Σ log(v + 1) − log(blur(v) + 1) over three scales, times
    log(125·v / Σ v). Gain and offset are those of Petro, Sbert and Morel (IPOL 2014): each channel
    is stretched so that 1 % of its values become black and 1 % white.
    """

    sigmas: tuple[float, ...] = (15.0, 80.0, 250.0)
    alpha: float = 125.0
    clipped: float = 1.0
    name: str = "msrcr"

    def settings(self) -> EnhancerSettings:
        """Return the scales, the gain and the clipping."""
        parameters: dict[str, Parameter] = {
            "sigmas": ", ".join(f"{sigma:g}" for sigma in self.sigmas),
            "alpha": self.alpha,
            "clipped_percent": self.clipped,
        }
        return EnhancerSettings(versions_of("scipy"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the ratio of each value to its surroundings, stretched to the full range."""
        values = pixels.astype(np.float64) + 1
        ratio = np.mean([np.log(values) - np.log(_blurred(values, s)) for s in self.sigmas], 0)
        restored = ratio * (np.log(self.alpha * values) - np.log(values.sum(2, keepdims=True)))
        low, high = np.percentile(restored, (self.clipped, 100 - self.clipped), axis=(0, 1))
        return to_pixels((restored - low) / np.maximum(high - low, 1e-9))


def _blurred(values: Values, sigma: float) -> Values:
    ndimage = require("scipy.ndimage", "bench")
    out: Values = ndimage.gaussian_filter(values, (sigma, sigma, 0), mode="nearest")
    return out
