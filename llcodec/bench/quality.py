"""Rate and quality on pairs, from written and decoded files.

python -m llcodec.bench.quality --pairs DIR --split val --out results/NAME.json

With ``--photographs DIR`` bright pictures go in, and should come back as they were.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import torch

from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.data.pairs import Pair, read_pairs, read_photographs
from llcodec.imaging import Picture
from llcodec.metrics import best_gain_psnr, gt_mean_psnr, local_psnr, psnr, ssim

_EQUAL = 99.0  # stands for equal pictures, which have no finite PSNR
QUALITIES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


@dataclass(frozen=True)
class Row:
    """Means over all pairs at one quality; PSNR in dB, ``as_shot_psnr`` against the input.

    ``local_psnr`` is what is left when gain and offset of each channel are put right.
    """

    quality: float
    bpp: float
    psnr: float
    ssim: float
    gt_mean_psnr: float
    local_psnr: float
    as_shot_psnr: float


def measure(codec: Codec, pairs: Sequence[Pair], quality: float) -> Row:
    """Encode, decode and compare all pairs at one quality."""
    rows = []
    for pair in pairs:
        data = codec.encode(Picture(pair.low), Target(quality))
        bright = codec.decode(data).pixels.astype(np.uint8)
        shot = codec.decode(data, brightness=0).pixels.astype(np.uint8)
        rows.append(
            (
                8 * len(data) / (pair.low.shape[0] * pair.low.shape[1]),
                psnr(bright, pair.high),
                ssim(bright, pair.high),
                gt_mean_psnr(bright, pair.high),
                local_psnr(bright, pair.high),
                min(psnr(shot, pair.low), _EQUAL),
            )
        )
    return Row(quality, *(round(mean(column), 4) for column in zip(*rows, strict=True)))


def main() -> None:
    """Run the measurement that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    inputs = parser.add_mutually_exclusive_group(required=True)
    inputs.add_argument("--pairs", type=Path)
    inputs.add_argument("--photographs", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--model", default="fast")
    parser.add_argument("--qualities", type=float, nargs="+", default=QUALITIES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    codec = Codec(options.model)
    folder = options.pairs or options.photographs
    if options.pairs:
        pairs = read_pairs(folder, options.split)
        given = f"--pairs {folder.name} --split {options.split}"
    else:
        pairs = tuple(Pair(str(n), p, p) for n, p in enumerate(read_photographs(folder)))
        given = f"--photographs {folder.name}"
    rows = []
    for quality in options.qualities:
        rows.append(measure(codec, pairs, quality))
        print(rows[-1], flush=True)
    result = {
        "name": f"llcodec {codec.file.name}",
        "model": codec.file.sha256[:16],
        "pictures": len(pairs),
        "command": f"python -m llcodec.bench.quality {given}"
        f" --model {Path(options.model).stem} --out {options.out.name}",
        "machine": machine(),
        "input_at_best_gain_psnr": round(mean(best_gain_psnr(p.low, p.high) for p in pairs), 4)
        if options.pairs
        else None,
        "rows": [asdict(row) for row in rows],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
