"""The light of pictures: measure it, change the exposure, resize."""

import numpy as np
import torch
from torch.nn import functional as F

from llcodec._arrays import Floats
from llcodec.data.camera_curve import to_light
from llcodec.data.darkening import Darkening, darken

# Photographs whose light is below 2^−3.5 of white (one in twenty) are dark by themselves: what
# they lack counts as taken away.
_OWN_LIGHT = -3.5


def expose(picture: Floats, light: float) -> Floats:
    """Return H×W×3 in [0, 1] with 2^``light`` times the light, clipped at white, without noise."""
    return darken(picture, Darkening(2.0**light, (1, 1, 1), 0, 0, 0), None)


def own_light(picture: Floats) -> float:
    """Return the darkness of a well-exposed picture itself, in log2 of light: 0 or less."""
    return min(0.0, float(np.log2(light_of(picture) + 1e-5)) - _OWN_LIGHT)


def resized(picture: Floats, size: tuple[int, int]) -> Floats:
    """Return H×W×3 in [0, 1] with another height and width: bicubic, antialiased."""
    if picture.shape[:2] == size:
        return picture
    planes = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
    small = F.interpolate(planes, size, mode="bicubic", antialias=True).clamp_(0, 1)
    result: Floats = small[0].permute(1, 2, 0).numpy()
    return result


def light_of(picture: Floats) -> float:
    """Return the mean linear light of H×W×3 in [0, 1]; white is 1."""
    return float(to_light(picture, 0, 0).mean())
