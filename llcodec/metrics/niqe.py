"""NIQE, the naturalness image quality evaluator: a distance from undistorted photographs.

A. Mittal, R. Soundararajan, A. C. Bovik, "Making a 'Completely Blind' Image Quality Analyzer",
IEEE Signal Processing Letters 20(3), 2013.
"""

from functools import cache
from importlib.resources import files

import numpy as np

from llcodec._arrays import Pixels
from llcodec._bitstream import LUMA_WEIGHTS
from llcodec.metrics._niqe_features import Doubles, patch_features

PARAMETERS = "live_96"
_PATCH = 96


def niqe(picture: Pixels) -> float:
    """Return the NIQE of an H×W×3 8-bit RGB ``picture``: 0 or more, 2 to 5 for good photographs.

    The convention is that of the authors' MATLAB release with its parameters (:data:`PARAMETERS`,
    fitted to 125 photographs, see ``data/README.md``): full-range BT.601 grey (``rgb2gray``)
    rounded to 8 bits, patches of 96×96, two scales. Programs that use the Y of YCbCr differ by a
    few percent; MATLAB's own ``niqe`` has another model. Only complete patches count, and only the
    grey values.

    Raises:
        ValueError: if there are fewer than two complete patches (at least 96×192 pixels), or fewer
            than two with texture.
    """
    height, width = picture.shape[:2]
    if (height // _PATCH) * (width // _PATCH) < 2:
        raise ValueError(f"{height}×{width} has fewer than two patches of {_PATCH}×{_PATCH}")
    grey = np.rint(picture @ np.array(LUMA_WEIGHTS))
    features = patch_features(grey, _PATCH)
    fitted = features[~np.isnan(features).any(axis=1)]
    if len(fitted) < 2:
        raise ValueError(f"fewer than two patches of {_PATCH}×{_PATCH} have texture")
    mean, covariance = _pristine()
    difference = mean - np.nanmean(features, axis=0)
    inverse = np.linalg.pinv((covariance + np.cov(fitted, rowvar=False)) / 2)
    return float(np.sqrt(difference @ inverse @ difference))


@cache
def _pristine() -> tuple[Doubles, Doubles]:
    path = files("llcodec.metrics").joinpath("data", f"niqe_{PARAMETERS}.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return arrays["mean"], arrays["covariance"]
