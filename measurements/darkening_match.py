"""Compare synthetic with real low light: noise against brightness.

python -m measurements.darkening_match --lol DIR --photographs DIR --out results/NAME.json

Bright pictures of LOL pairs, and photographs, are darkened at random to the mean brightness of real
dark pictures; the noise of all is measured in the same way (``noise_level``). ``--sheet`` draws
pictures of both, ``--before`` includes an earlier result in the new one.
"""

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from llcodec._arrays import Pixels
from llcodec.data.darkening import random_darkening
from llcodec.data.pairs import Pair, read_pairs, read_photographs
from measurements.darkening_sheet import Row, darkened, save_sheet
from measurements.noise_curves import compare, measure, summary


def darken_to(high: Pixels, mean: float, seed: int) -> Pixels:
    """Return a random darkening of an 8-bit picture with approximately this mean, in levels.

    All random numbers come from ``seed``; only the exposure depends on the mean.
    """
    small = high[::4, ::4]
    low, up = np.log(1e-4), 0.0
    for _ in range(14):
        middle = (low + up) / 2
        how = random_darkening(np.random.default_rng(seed), float(np.exp(middle)))
        too_bright = darkened(small, how, None).mean() > mean
        low, up = (low, middle) if too_bright else (middle, up)
    how = random_darkening(np.random.default_rng(seed), float(np.exp((low + up) / 2)))
    return darkened(high, how, np.random.default_rng([seed, 1]))


def match(pairs: Sequence[Pair], photographs: Sequence[Pixels]) -> dict[str, Any]:
    """Measure low pictures, darkened high pictures, and darkened photographs."""
    real = measure([partial(np.copy, pair.low) for pair in pairs])
    means = [float(pair.low.mean()) for pair in pairs]
    highs = [
        partial(darken_to, pair.high, mean, seed)
        for seed, (pair, mean) in enumerate(zip(pairs, means, strict=True))
    ]
    drawn = np.random.default_rng(0).choice(means, len(photographs))
    photos = [
        partial(darken_to, picture, float(mean), len(pairs) + seed)
        for seed, (picture, mean) in enumerate(zip(photographs, drawn, strict=True))
    ]
    return {
        "real": {"pictures": len(pairs), **summary(real)},
        "darkened_highs": compare(real, measure(highs)),
        "darkened_photographs": compare(real, measure(photos)),
    }


def lol_rows(pairs: Sequence[Pair], count: int = 8) -> list[Row]:
    """Return evenly spaced low pictures with their high pictures, darkened to the same mean."""
    rows = []
    for seed in np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int).tolist():
        pair = pairs[seed]
        synthetic = darken_to(pair.high, float(pair.low.mean()), seed)
        rows.append(Row(pair.low, synthetic, (f"real {pair.name}", "synthetic")))
    return rows


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lol", type=Path, required=True)
    parser.add_argument("--split", default="train")
    parser.add_argument("--photographs", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    pairs = read_pairs(options.lol, options.split)
    if options.sheet:
        save_sheet(options.sheet, lol_rows(pairs))
    photographs = [p for folder in options.photographs for p in read_photographs(folder)]
    result = {
        "command": f"python -m measurements.darkening_match --lol {options.lol.name}"
        f" --split {options.split} --out {options.out.name} --photographs "
        + " ".join(folder.name for folder in options.photographs),
        **match(pairs, photographs),
    }
    if options.before:
        earlier = json.loads(options.before.read_text())
        result["before"] = earlier.get("before", earlier)
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
