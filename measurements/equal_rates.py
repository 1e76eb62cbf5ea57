"""Compare a pipeline with others at its own rates.

python -m measurements.equal_rates --at FILE --others FILES…

Takes results of ``llc bench``. At each rate of ``--at``, the others are interpolated, linearly in
the logarithm of the rate; those that do not reach it are left out. Prints a table of each measure.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np

_MEASURES: Mapping[str, int] = {
    "psnr-rgb": 1,
    "psnr-gt-mean-rgb": 1,
    "psnr-fitted-rgb": 1,
    "ssim-rgb": 1,
    "ms-ssim-rgb": 1,
    "lpips": -1,  # lower is better
    "lpips-squeeze": -1,
    "niqe": -1,
}


@dataclass(frozen=True)
class Row:
    """A value at a rate in bpp, the best of the others there, and how many of them are better."""

    rate: float
    value: float
    best: float
    name: str
    better: int


def compared(
    at: Mapping[str, Any], others: Sequence[Mapping[str, Any]], measure: str
) -> Iterator[Row]:
    """Yield a row for each rate of ``at`` that at least one of the others reaches."""
    sign = _MEASURES[measure]
    for rate, value in zip(at["results"]["bpp"], at["results"][measure], strict=True):
        there = [(interpolated(other["results"], measure, rate), other["name"]) for other in others]
        known = [(sign * found, name) for found, name in there if found is not None]
        if known:
            best, name = max(known)
            better = sum(found > sign * value for found, _ in known)
            yield Row(rate, value, sign * best, name, better)


def interpolated(results: Mapping[str, Any], measure: str, rate: float) -> float | None:
    """Return a measure at a rate in bpp; None if it is outside of what was measured."""
    if measure not in results:
        return None
    points = sorted(zip(results["bpp"], results[measure], strict=True))
    if not points[0][0] <= rate <= points[-1][0]:
        return None
    rates, values = zip(*points, strict=True)
    return float(np.interp(log(rate), np.log(rates), values))


def main() -> None:
    """Print the tables for the files of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", type=Path, required=True)
    parser.add_argument("--others", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    at, *others = (json.loads(path.read_text()) for path in (options.at, *options.others))
    for measure in _MEASURES:
        rows = list(compared(at, others, measure)) if measure in at["results"] else []
        if rows:
            print(f"\n| bpp | {measure} | best other | which | better |\n|--:|--:|--:|---|--:|")
        for r in rows:
            print(f"| {r.rate:.3f} | {r.value:.3f} | {r.best:.3f} | {r.name} | {r.better} |")


if __name__ == "__main__":
    main()
