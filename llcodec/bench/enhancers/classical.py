"""Enhancement without learning: gamma, CLAHE, multi-scale Retinex and LIME.

Gamma and CLAHE are scikit-image's. Retinex and LIME are in no well-kept library; both are written
here from their papers, with the parameters that the papers give.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec._extras import require, versions_of
from llcodec.bench.interfaces import EnhancerSettings

Values = NDArray[np.float64]


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
    """v^gamma of all values in [0, 1]."""

    gamma: float = 1 / 2.2
    name: str = "gamma"

    def settings(self) -> EnhancerSettings:
        """Return the exponent."""
        return EnhancerSettings(versions_of("scikit-image"), {"gamma": round(self.gamma, 6)})

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture with all values raised."""
        exposure = require("skimage.exposure", "bench")
        return _to_pixels(exposure.adjust_gamma(_to_values(pixels), self.gamma))


@dataclass(frozen=True)
class Clahe:
    """Contrast-limited adaptive histogram equalisation of HSV's value (Zuiderveld 1994).

    ``clip_limit`` is scikit-image's share of a histogram, ``tiles`` the tiles along each side.
    """

    clip_limit: float = 0.02
    tiles: int = 8
    name: str = "clahe"

    def settings(self) -> EnhancerSettings:
        """Return the limit and the tiles."""
        parameters: dict[str, str | int | float | bool] = {
            "clip_limit": self.clip_limit,
            "tiles": self.tiles,
            "plane": "HSV value",
        }
        return EnhancerSettings(versions_of("scikit-image"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture with its local contrast raised."""
        exposure = require("skimage.exposure", "bench")
        size = [max(1, -(-side // self.tiles)) for side in pixels.shape[:2]]
        return _to_pixels(
            exposure.equalize_adapthist(_to_values(pixels), size, clip_limit=self.clip_limit)
        )


@dataclass(frozen=True)
class Retinex:
    """Multi-scale Retinex with colour restoration, MSRCR.

    Jobson, Rahman and Woodell 1997: Σ log(v + 1) − log(blur(v) + 1) over three scales, times
    log(125·v / Σ v). Its gain and offset are those of Petro, Sbert and Morel (IPOL 2014): each
    channel is stretched so that 1 % of its values is black and 1 % is white.
    """

    sigmas: tuple[float, ...] = (15.0, 80.0, 250.0)
    alpha: float = 125.0
    clipped: float = 1.0
    name: str = "msrcr"

    def settings(self) -> EnhancerSettings:
        """Return scales, gain and clipping."""
        parameters: dict[str, str | int | float | bool] = {
            "sigmas": ", ".join(f"{sigma:g}" for sigma in self.sigmas),
            "alpha": self.alpha,
            "clipped_percent": self.clipped,
        }
        return EnhancerSettings(versions_of("scipy"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the ratio of each value to those around it, stretched."""
        values = pixels.astype(np.float64) + 1
        ratio = np.mean([np.log(values) - np.log(_blurred(values, s)) for s in self.sigmas], 0)
        restored = ratio * (np.log(self.alpha * values) - np.log(values.sum(2, keepdims=True)))
        low, high = np.percentile(restored, (self.clipped, 100 - self.clipped), axis=(0, 1))
        return _to_pixels((restored - low) / np.maximum(high - low, 1e-9))


@dataclass(frozen=True)
class Lime:
    """LIME: low-light image enhancement via illumination map estimation (Guo, Li and Ling 2017).

    The illumination is the largest channel, refined by the sped-up solver (Eq. 19) with weights of
    strategy III; the picture is divided by its power ``gamma``. Without the denoising by BM3D that
    may follow.
    """

    alpha: float = 0.15
    sigma: float = 2.0
    gamma: float = 0.8
    name: str = "lime"

    def settings(self) -> EnhancerSettings:
        """Return the parameters."""
        parameters: dict[str, str | int | float | bool] = {
            "alpha": self.alpha,
            "sigma": self.sigma,
            "gamma": self.gamma,
            "denoising": "none",
        }
        return EnhancerSettings(versions_of("scipy"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture divided by its illumination."""
        values = _to_values(pixels)
        illumination = refined(values.max(2), self.alpha, self.sigma)
        return _to_pixels(values / np.clip(illumination, 1e-3, 1)[..., None] ** self.gamma)


def _to_values(pixels: Pixels) -> Values:
    """Return 8-bit pixels as numbers in [0, 1]."""
    return pixels.astype(np.float64) / 255


def _to_pixels(values: Values) -> Pixels:
    """Return numbers in [0, 1] (clipped) as 8-bit pixels."""
    return np.clip(np.round(values * 255), 0, 255).astype(np.uint8)


def _blurred(values: Values, sigma: float) -> Values:
    ndimage = require("scipy.ndimage", "bench")
    out: Values = ndimage.gaussian_filter(values, (sigma, sigma, 0), mode="nearest")
    return out


_EPSILON = 1e-3
_TOLERANCE = 1e-4
_MOST_STEPS = 1000


def refined(guess: Values, alpha: float, sigma: float) -> Values:
    """Return T of a guess T̂, H×W in [0, 1].

    ``sigma`` is the width of the window in which gradients are averaged for the weights W.
    """
    sparse = require("scipy.sparse", "bench")
    solvers = require("scipy.sparse.linalg", "bench")
    number = np.arange(guess.size).reshape(guess.shape)
    first = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    second = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    strength = alpha * np.concatenate([_weights(guess, axis, sigma).ravel() for axis in (0, 1)])
    middle = np.ones(guess.size)
    np.add.at(middle, first, strength)
    np.add.at(middle, second, strength)
    rows = np.concatenate([first, second, number.ravel()])
    columns = np.concatenate([second, first, number.ravel()])
    matrix = sparse.csr_array((np.concatenate([-strength, -strength, middle]), (rows, columns)))
    solution, _ = solvers.cg(
        matrix,
        guess.ravel(),
        x0=guess.ravel(),
        rtol=_TOLERANCE,
        maxiter=_MOST_STEPS,
        M=sparse.diags_array(1 / middle),
    )
    out: Values = solution.reshape(guess.shape)
    return out


def _weights(guess: Values, axis: int, sigma: float) -> Values:
    """Return W / (|∂T̂| + ε) between neighbours along an axis (strategy III of the paper).

    W is one over the average gradient around: small where edges agree, and large where gradients
    of texture and noise cancel each other.
    """
    ndimage = require("scipy.ndimage", "bench")
    gradient = np.diff(guess, axis=axis)
    around = np.abs(ndimage.gaussian_filter(gradient, sigma, mode="nearest"))
    out: Values = 1 / (around + _EPSILON) / (np.abs(gradient) + _EPSILON)
    return out
