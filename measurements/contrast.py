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
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec import contrast
from llcodec.data.pairs import Pair, read_pairs
from llcodec.metrics import gt_mean_psnr, psnr, ssim

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Row:
    """Means over pairs: PSNR in dB, black as the 0.5th percentile of luma, 0 … 255.

    ``steepest`` is what is added at most to the logarithm of gamma
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
    """Enhance the dark halves of pairs with curves that are steeper by ``steepest`` at most."""
    scores = []
    for pair in pairs:
        with patch.object(contrast, "STEEPEST", steepest):
            bright = enhancer.enhance(Picture(pair.low)).pixels.astype(np.uint8)
        blacks = (float(np.percentile(x @ _LUMA, 0.5)) for x in (bright, pair.high))
        errors = psnr(bright, pair.high), gt_mean_psnr(bright, pair.high), ssim(bright, pair.high)
        scores.append((*errors, *blacks))
    return Row(name, steepest, *(round(mean(values), 4) for values in zip(*scores, strict=True)))


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--every", type=int, default=1, help="take every N-th pair")
    parser.add_argument("--steepest", type=float, nargs="+", default=[0.0, 0.1, 0.2, 0.3])
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
    result = {
        "name": f"llcodec {enhancer.name}",
        "pairs": count,
        "command": f"python -m measurements.contrast --pairs {folders} --split {options.split}"
        f"{every} --out {options.out.name}",
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
