"""Normal noise of unit variance whose neighbours and channels may be correlated."""

import numpy as np

from llcodec._arrays import Floats


def unit_noise(height: int, width: int, blur: float, rng: np.random.Generator) -> Floats:
    """Return noise 3×height×width of variance 1.

    Each pixel is mixed with its neighbours of weight ``blur`` (own weight 1), first up and down,
    then left and right: neighbours then correlate by 2·blur / (1 + 2·blur²).
    """
    margin = 2 if blur else 0
    noise = rng.standard_normal((3, height + margin, width + margin), np.float32)
    if blur:
        return np.stack([_blurred(plane, np.float32(blur)) for plane in noise])
    return noise


def share_noise(noise: Floats, correlation: float) -> Floats:
    """Return the noise 3×H×W of three channels mixed to that correlation, of equal variance.

    Each channel keeps √(1 − correlation) of its own and receives an equal share of the sum.
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
    """Return a plane, smaller by its margin, with the neighbours mixed in, of equal variance."""
    rows = plane[:-2] + plane[2:]
    rows *= tap
    rows += plane[1:-1]
    both = rows[:, :-2] + rows[:, 2:]
    both *= tap
    both += rows[:, 1:-1]
    both /= 1 + 2 * tap * tap
    return both
