"""Enhancement by an illumination map, without learning: LIME, LECARM and SDD.

Each estimates a map that is smooth except at the edges of the picture, with the same linear solver.
No maintained library has these methods; all three are implemented from their papers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llcodec._arrays import Pixels
from llcodec._extras import require, versions_of
from llcodec.bench.enhancers.classical import Values, parameters_of, to_pixels, to_values
from llcodec.bench.interfaces import EnhancerSettings

_MAX_ITERATIONS = 1000  # of conjugate gradients
_EPSILON = 1e-3  # of LIME's weights
_DARKEST = 1 / 255  # of an illumination that SDD divides by
_COARSE, _FINE = 1e-3, 1e-4  # least gradients of SDD, of the first map and of all later ones


@dataclass(frozen=True)
class Lime:
    """LIME: low-light image enhancement via illumination map estimation (Guo, Li and Ling 2017).

    The illumination is the largest channel, refined by the sped-up solver (Eq. 19) with the weights
    of strategy III. The picture is divided by illumination^``gamma``. The optional denoising by
    BM3D is not part of it.
    """

    alpha: float = 0.15
    sigma: float = 2.0
    gamma: float = 0.8
    name: str = "lime"

    def settings(self) -> EnhancerSettings:
        """Return the parameters."""
        return EnhancerSettings(versions_of("scipy"), parameters_of(self) | {"denoising": "none"})

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture divided by its illumination."""
        values = to_values(pixels)
        illumination = refined(values.max(2), self.alpha, self.sigma)
        return to_pixels(values / np.clip(illumination, 1e-3, 1)[..., None] ** self.gamma)


@dataclass(frozen=True)
class Lecarm:
    """LECARM: simulates a longer exposure of each pixel with a camera response model.

    Ren, Ying, Li and Li, "LECARM: Low-Light Image Enhancement Using the Camera Response Model",
    IEEE Transactions on Circuits and Systems for Video Technology 2019. The camera response is the
    sigmoid f(E) = (1 + σ)·Eⁿ / (Eⁿ + σ), with the parameters of the released program.

    The exposure of a pixel is multiplied by k = min(1 / T, ``most``), where T is the illumination
    map of LIME (``alpha``, ``window``) at half the size. Its brightness B becomes f(k·f⁻¹(B)).
    """

    n: float = 0.90
    sigma: float = 0.60
    most: float = 7.0
    alpha: float = 0.15
    window: float = 2.0
    name: str = "lecarm"

    def settings(self) -> EnhancerSettings:
        """Return the parameters."""
        return EnhancerSettings(versions_of("scipy", "scikit-image"), parameters_of(self))

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture with a longer simulated exposure."""
        values = to_values(pixels)
        ratio = np.minimum(1 / np.maximum(self._illumination(values), 1 / self.most), self.most)
        return to_pixels(self.exposed(values, ratio[..., None]))

    def exposed(self, values: Values, ratio: Values) -> Values:
        """Return the brightness of values in [0, 1] at ``ratio`` times the exposure."""
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


@dataclass(frozen=True)
class Sdd:
    """SDD: semi-decoupled decomposition into illumination and reflectance.

    Hao, Han, Guo, Xu and Wang, "Low-Light Image Enhancement With Semi-Decoupled Decomposition",
    IEEE Transactions on Multimedia 2020, with the parameters and the number of steps of the
    released program.

    S = I·R, where Gaussian total variation makes both smooth; the result is R·I^(1/γ).

    The illumination I is the largest channel, smoothed with the weight ``first`` and then
    ``alpha``. The reflectance R is fitted to S and I, smoothed with the weight ``beta``, and with
    ``delta`` of plain total variation. Both are refined in turn, ``most`` times or until one of
    them changes by less than ``change``. Linear systems are solved to ``tolerance``, as in the
    released program.
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
        return EnhancerSettings(versions_of("scipy"), parameters_of(self))

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the denoised picture with its illumination raised to the power 1/γ."""
        light, reflectance = self.decompose(to_values(pixels))
        return to_pixels(reflectance * np.clip(light, 0, 1)[..., None] ** (1 / self.gamma))

    def decompose(self, values: Values) -> tuple[Values, Values]:
        """Return the illumination H×W and reflectance H×W×3 of values H×W×3 in [0, 1]."""
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


def refined(guess: Values, alpha: float, sigma: float) -> Values:
    """Return the illumination map T of LIME for an initial map T̂, H×W in [0, 1].

    ``sigma`` is the width of the window in which gradients are averaged for the weights W.
    """
    strengths = [alpha * _weights(guess, axis, sigma) for axis in (0, 1)]
    return smoothed(np.ones_like(guess), guess, strengths, guess)


def _weights(guess: Values, axis: int, sigma: float) -> Values:
    """Return W / (|∂T̂| + ε) between neighbours along an axis (strategy III of the paper).

    W is the inverse of the average gradient in a window: small at edges, where gradients agree, and
    large where gradients of texture and noise cancel out.
    """
    ndimage = require("scipy.ndimage", "bench")
    gradient = np.diff(guess, axis=axis)
    around = np.abs(ndimage.gaussian_filter(gradient, sigma, mode="nearest"))
    out: Values = 1 / (around + _EPSILON) / (np.abs(gradient) + _EPSILON)
    return out


def _norm(values: Values) -> float:
    return float(np.linalg.norm(values))


def _plain(values: Values, axis: int, least: float) -> Values:
    """Return the weights of total variation: the inverse gradient between neighbours."""
    weights: Values = 1 / np.maximum(np.abs(np.diff(values, axis=axis)), least)
    return weights


def _gaussian(values: Values, axis: int, sigma: float, least: float) -> Values:
    """Return the weights of Gaussian total variation: lower where blurred gradients are large."""
    ndimage = require("scipy.ndimage", "bench")
    around = np.diff(ndimage.gaussian_filter(values, sigma, mode="nearest"), axis=axis)
    weights: Values = _plain(values, axis, least) * np.exp(-(around**2) / (2 * sigma**2))
    return weights


def smoothed(
    fidelity: Values,
    target: Values,
    strengths: Sequence[Values],
    start: Values,
    *,
    tolerance: float = 1e-4,
) -> Values:
    """Return the map T, H×W, that minimises Σ fidelity·T² − 2·target·T + Σ strength·(∂T)².

    It is found by conjugate gradients.

    Args:
        fidelity: H×W, positive.
        target: H×W; without smoothing, T is target / fidelity.
        strengths: of smoothing between vertical neighbours, (H−1)×W, and horizontal ones, H×(W−1).
        start: the initial map, H×W.
        tolerance: of the residual, relative to the target.
    """
    sparse = require("scipy.sparse", "bench")
    solvers = require("scipy.sparse.linalg", "bench")
    number = np.arange(target.size).reshape(target.shape)
    first = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    second = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    strength = np.concatenate([one.ravel() for one in strengths])
    middle = fidelity.ravel().copy()
    np.add.at(middle, first, strength)
    np.add.at(middle, second, strength)
    rows = np.concatenate([first, second, number.ravel()])
    columns = np.concatenate([second, first, number.ravel()])
    matrix = sparse.csr_array((np.concatenate([-strength, -strength, middle]), (rows, columns)))
    solution, _ = solvers.cg(
        matrix,
        target.ravel(),
        x0=start.ravel(),
        rtol=tolerance,
        maxiter=_MAX_ITERATIONS,
        M=sparse.diags_array(1 / middle),
    )
    out: Values = solution.reshape(target.shape)
    return out
