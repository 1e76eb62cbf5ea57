"""Measure what steeper tone curves for scenes of wide range do, without compression.

python -m measurements.contrast --pairs lol sice stacks --split val --out FILE
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from unittest.mock import patch

import numpy as np

from llcodec import Enhancer, Picture
from llcodec._arrays import Pixels
from llcodec._bitstream import LUMA_WEIGHTS
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec import contrast
from llcodec.data.pairs import Pair, read_pairs
from llcodec.metrics import gt_mean_psnr, psnr, ssim

STEEPEST = [0.0, 0.1, 0.2, 0.3]


@dataclass(frozen=True)
class Row:
    """Means over pairs: PSNR in dB, black as the 0.5th percentile of luma, 0 … 255.

    ``steepest`` is the most that is added to the binary logarithms of the gammas
    (:data:`llcodec.codec.contrast.STEEPEST`), ``reference_black`` the black of the references.
    """

    pairs: str
    steepest: float
    psnr: float
    gt_mean_psnr: float
    ssim: float
    black: float
    reference_black: float


def measure(enhancer: Enhancer, name: str, pairs: Sequence[Pair], steepest: float) -> Row:
    """Enhance the dark halves of pairs, and return the means of what is measured.

    Args:
        enhancer: a joint network.
        name: of the pairs.
        pairs: one or more.
        steepest: in place of :data:`llcodec.codec.contrast.STEEPEST`.
    """
    scores = []
    for pair in pairs:
        with patch.object(contrast, "STEEPEST", steepest):
            bright = enhancer.enhance(Picture(pair.low)).pixels.astype(np.uint8)
        found = psnr(bright, pair.high), gt_mean_psnr(bright, pair.high), ssim(bright, pair.high)
        scores.append((*found, _black(bright), _black(pair.high)))
    return Row(name, steepest, *(round(mean(values), 4) for values in zip(*scores, strict=True)))


def _black(pixels: Pixels) -> float:
    return float(np.percentile(pixels @ np.array(LUMA_WEIGHTS, np.float32), 0.5))


def _joined(values: Sequence[float]) -> str:
    return " ".join(f"{value:g}" for value in values)


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--every", type=int, default=1, help="take every N-th pair")
    parser.add_argument("--steepest", type=float, nargs="+", default=STEEPEST)
    parser.add_argument("--model", default="joint")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    use_threads(options.threads)
    enhancer, rows, count = Enhancer(options.model, device="cpu"), [], {}
    for folder in options.pairs:
        pairs = read_pairs(folder, options.split)[:: options.every]
        count[folder.name] = len(pairs)
        for steepest in options.steepest:
            rows.append(measure(enhancer, folder.name, pairs, steepest))
            print(rows[-1], flush=True)
    folders = " ".join(folder.name for folder in options.pairs)
    every = f" --every {options.every}" if options.every > 1 else ""
    steps = "" if options.steepest == STEEPEST else f" --steepest {_joined(options.steepest)}"
    result = {
        "name": f"llcodec {enhancer.name}",
        "pairs": count,
        "command": f"python -m measurements.contrast --pairs {folders} --split {options.split}"
        f"{every}{steps} --model {Path(options.model).stem} --out {options.out.name}",
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
