"""Colours of PNGs defined by gAMA and cHRM chunks (PNG specification, third edition, 11.3.2).

An ICC profile and an sRGB chunk come before them.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llcodec.imaging.icc import Profile, decode_srgb

_GAMMAS: Final = (0.05, 5.0)
_SRGB_GAMMA: Final = 1 / 2.2  # what files of sRGB say
_SRGB: Final = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # white, red, green, blue
_D50: Final = np.array([0.96422, 1.0, 0.82521])
_BRADFORD: Final = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_CODES: Final = np.linspace(0, 1, 65536)


def png_profile(info: Mapping[Any, Any], *, grey: bool) -> Profile | None:
    """Return the colour of a PNG whose chunks define it; None for sRGB and for nonsense.

    Args:
        info: the ``info`` of Pillow's image of a PNG.
        grey: whether it has one colour channel; its chromaticities have no meaning then.
    """
    if "srgb" in info or info.get("icc_profile"):
        return None
    gamma = info.get("gamma")
    if not isinstance(gamma, int | float) or not _GAMMAS[0] <= gamma <= _GAMMAS[1]:
        gamma = _SRGB_GAMMA
    is_srgb_curve = abs(gamma - _SRGB_GAMMA) < 1e-3
    curve = decode_srgb(_CODES) if is_srgb_curve else _CODES ** (1 / gamma)
    if grey:
        return None if is_srgb_curve else Profile(grey=True, curves=curve[None])
    places = info.get("chromaticity")
    if not isinstance(places, tuple) or len(places) != 8:
        places = _SRGB
    to_xyz = _matrix(places)
    if to_xyz is not None and not np.allclose(places, _SRGB, atol=1e-3):
        return Profile(grey=False, curves=np.tile(curve, (3, 1)), to_xyz=to_xyz)
    return None if is_srgb_curve else Profile(grey=True, curves=curve[None])


def _matrix(places: tuple[float, ...]) -> NDArray[np.float64] | None:
    """Return linear RGB to XYZ at D50, 3×3; None if the chromaticities span no colours."""
    x, y = np.array(places, float).reshape(4, 2).T
    if not (np.isfinite(x).all() and (x >= 0).all() and (y > 0.001).all() and (x + y <= 1).all()):
        return None
    columns = np.stack((x / y, np.ones(4), (1 - x - y) / y))
    white, primaries = columns[:, 0], columns[:, 1:]
    if abs(np.linalg.det(primaries)) < 1e-3:
        return None
    matrix = primaries * np.linalg.solve(primaries, white)
    adapt = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    found: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ adapt @ _BRADFORD @ matrix
    return found
