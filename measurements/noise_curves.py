"""Noise against brightness of many pictures, and the comparison of two sets of pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from measurements.noise_level import correlations, measure_blocks, noise_by_brightness

Real = NDArray[np.float64]
EDGES = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64], np.float64)  # 8-bit levels
_FEWEST = 10  # the number of pictures that a bin needs to be compared
_UNCUT = 6.0  # levels above which clipping at black removes almost no noise


@dataclass(frozen=True)
class Measured:
    """Measurements of several pictures.

    ``noise`` is pictures × bins × 3 in 8-bit levels (NaN: too few blocks), ``facts`` a row per
    picture: mean brightness, share of values that are zero, the correlations of the noise.
    """

    noise: Real
    facts: Real

    def median(self) -> Real:
        """Return the median over the pictures, NaN for bins with too few of them."""
        enough = (~np.isnan(self.noise)).sum(0) >= _FEWEST
        found = np.full(enough.shape, np.nan)
        found[enough] = np.nanmedian(self.noise[:, enough], 0)
        return found


def measure(pictures: Sequence[Callable[[], Pixels]]) -> Measured:
    """Measure pictures, which are created one after the other."""
    noise, facts = [], []
    for make in pictures:
        pixels = make()
        blocks = measure_blocks(pixels)
        noise.append(noise_by_brightness(blocks, EDGES))
        facts.append([pixels.mean(), (pixels == 0).mean(), *correlations(blocks, _UNCUT)])
    return Measured(np.array(noise), np.array(facts))


def compare(real: Measured, synthetic: Measured) -> dict[str, Any]:
    """Return the noise of both per bin, and the mean of |log2| of its ratio over all bins.

    Bins with fewer than ten pictures of either set are not compared and have None instead.
    """
    ratio = np.log2(synthetic.median() / real.median())
    compared = np.abs(ratio[~np.isnan(ratio)])
    return {
        "pictures": len(synthetic.noise),
        "mean_abs_log2_ratio": round(float(compared.mean()), 4) if compared.size else None,
        **summary(synthetic),
        "bins": [
            {
                "levels": EDGES[i : i + 2].tolist(),
                "real": _rounded(real.median()[i]),
                "synthetic": _rounded(synthetic.median()[i]),
                "ratio": _rounded(2 ** ratio[i]),
                "real_10_90": [_rounded(row) for row in _spread(real.noise[:, i])],
                "synthetic_10_90": [_rounded(row) for row in _spread(synthetic.noise[:, i])],
            }
            for i in range(len(EDGES) - 1)
        ],
    }


def summary(measured: Measured) -> dict[str, float | None]:
    """Return medians over the pictures: brightness, zeros and correlations.

    A correlation that cannot be measured in any picture is None.
    """
    names = ("mean_level", "zeros", "neighbour_correlation", "channel_correlation")
    known = [column[~np.isnan(column)] for column in measured.facts.T]
    medians = np.array([np.median(column) if column.size else np.nan for column in known])
    return dict(zip(names, _rounded(medians, 4), strict=True))


def _spread(noise: Real) -> Real:
    """Return the tenth and the ninetieth percentile of pictures × 3, 2×3."""
    known = noise[~np.isnan(noise).any(1)]
    if len(known) < _FEWEST:
        return np.full((2, 3), np.nan)
    found: Real = np.percentile(known, [10, 90], axis=0)
    return found


def _rounded(values: Real, digits: int = 3) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), digits) for value in values]
