"""Gaussian noise of unit variance, with correlation of neighbours and channels."""

import numpy as np

from llcodec._arrays import Floats


def unit_noise(height: int, width: int, blur: float, rng: np.random.Generator) -> Floats:
    """Return noise 3×height×width of variance 1.

    Each pixel (weight 1) is mixed with its neighbours (weight ``blur``), first vertically, then
    horizontally. Neighbours then have the correlation 2·blur / (1 + 2·blur²).
    """
    margin = 2 if blur else 0
    noise = rng.standard_normal((3, height + margin, width + margin), np.float32)
    if blur:
        return np.stack([_blurred(plane, np.float32(blur)) for plane in noise])
    return noise


def share_noise(noise: Floats, correlation: float) -> Floats:
    """Return noise 3×H×W with this correlation between channels and the same variance.

    Each channel keeps √(1 − correlation) of its own noise and gets an equal share of the sum.
    """
    if not correlation:
        return noise
    own = (1 - correlation) ** 0.5
    common = noise[0] + noise[1]
    common += noise[2]
    common *= np.float32(((1 + 2 * correlation) ** 0.5 - own) / 3)
    mixed = noise * np.float32(own)
    mixed += common
    return mixed


def _blurred(plane: Floats, tap: np.float32) -> Floats:
    """Return a plane, smaller by its margin, mixed with its neighbours, of the same variance."""
    rows = plane[:-2] + plane[2:]
    rows *= tap
    rows += plane[1:-1]
    both = rows[:, :-2] + rows[:, 2:]
    both *= tap
    both += rows[:, 1:-1]
    both /= 1 + 2 * tap * tap
    return both
