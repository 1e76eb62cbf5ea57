"""SDD: semi-decoupled decomposition into illumination and reflectance.

Hao, Han, Guo, Xu and Wang, "Low-Light Image Enhancement With Semi-Decoupled Decomposition", IEEE
Transactions on Multimedia 2020. Written from its equations, with the parameters and the number of
steps of the released program.
"""

from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Pixels
from llcodec._extras import require, versions_of
from llcodec.bench.enhancers.smoothing import Values, smoothed, to_pixels, to_values
from llcodec.bench.interfaces import EnhancerSettings, Parameter

_DARKEST = 1 / 255  # of an illumination that is divided by
_COARSE, _FINE = 1e-3, 1e-4  # least gradients, of the first map and of all later ones


@dataclass(frozen=True)
class Sdd:
    """S = I·R, where both are smooth by Gaussian total variation; the result is R·I^(1/γ).

    The illumination I follows the largest channel, smoothed by ``first`` and then ``alpha``; the
    reflectance R follows S and I, smoothed by ``beta``, and by ``delta`` of plain total variation.
    They are refined in turn, ``most`` times or until one changes by less than ``change``.
    Linear systems are solved to ``tolerance``, as in the released program.
    """

    first: float = 5.0
    alpha: float = 0.01
    beta: float = 1e-4
    delta: float = 1e-3
    sigma: float = 1.0
    change: float = 0.01
    tolerance: float = 0.01
    most: int = 20
    gamma: float = 2.2
    name: str = "sdd"

    def settings(self) -> EnhancerSettings:
        """Return the parameters."""
        parameters: dict[str, Parameter] = {
            "first": self.first,
            "alpha": self.alpha,
            "beta": self.beta,
            "delta": self.delta,
            "sigma": self.sigma,
            "change": self.change,
            "tolerance": self.tolerance,
            "most": self.most,
            "gamma": self.gamma,
        }
        return EnhancerSettings(versions_of("scipy"), parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture with its illumination raised to 1/γ, and without noise."""
        light, reflectance = self.decompose(to_values(pixels))
        return to_pixels(reflectance * np.clip(light, 0, 1)[..., None] ** (1 / self.gamma))

    def decompose(self, values: Values) -> tuple[Values, Values]:
        """Return illumination H×W and reflectance H×W×3 of values H×W×3 in [0, 1]."""
        light = values.max(2)
        base = self._smoothed_light(light, light, self.first, _COARSE)
        reflectance = np.ones_like(values)
        for _ in range(self.most):
            before = light, reflectance
            light = self._smoothed_light(light, base, self.alpha, _FINE)
            reflectance = self._reflectance(values, np.maximum(light, _DARKEST))
            if self._changed(before, (light, reflectance)) < self.change:
                break
        return light, reflectance

    def _smoothed_light(self, light: Values, base: Values, weight: float, least: float) -> Values:
        strengths = [weight * _gaussian(light, axis, self.sigma, least) for axis in (0, 1)]
        return smoothed(np.ones_like(base), base, strengths, base, tolerance=self.tolerance)

    def _reflectance(self, values: Values, light: Values) -> Values:
        """Return the R that minimises |I·R − S|² with both penalties, for each channel."""
        channels = []
        for channel in np.moveaxis(values, 2, 0):
            ratio = channel / light
            strengths = [
                self.beta * _gaussian(ratio, axis, self.sigma, _FINE)
                + self.delta * _plain(ratio, axis, _FINE)
                for axis in (0, 1)
            ]
            target = light * channel
            found = smoothed(light**2, target, strengths, ratio, tolerance=self.tolerance)
            channels.append(found)
        return np.stack(channels, 2)

    def _changed(self, before: tuple[Values, Values], after: tuple[Values, Values]) -> float:
        """Return the smaller of the relative changes of I, and of R's largest channel."""
        pairs = ((before[0], after[0]), (before[1].max(2), after[1].max(2)))
        return min(_norm(new - old) / max(_norm(old), _FINE) for old, new in pairs)


def _norm(values: Values) -> float:
    return float(np.linalg.norm(values))


def _plain(values: Values, axis: int, least: float) -> Values:
    """Return the weights of total variation: one over the gradient between neighbours."""
    weights: Values = 1 / np.maximum(np.abs(np.diff(values, axis=axis)), least)
    return weights


def _gaussian(values: Values, axis: int, sigma: float, least: float) -> Values:
    """Return the weights of Gaussian total variation: less where blurred gradients are large."""
    ndimage = require("scipy.ndimage", "bench")
    around = np.diff(ndimage.gaussian_filter(values, sigma, mode="nearest"), axis=axis)
    weights: Values = _plain(values, axis, least) * np.exp(-(around**2) / (2 * sigma**2))
    return weights
