"""Seconds and peak memory of whole ``llc encode`` and ``llc decode`` processes.

    python -m llcodec.bench.memory --megapixels 24 --out results/memory.json

The picture is made: a dark, smooth scene with noise, 3:2. Peak memory is the operating system's
own figure for the process (resident set size).
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from llcodec.bench.machine import machine
from llcodec.bench.watching import peak_of


def dark_picture(megapixels: float) -> Image.Image:
    """Return a seeded 3:2 picture of about so many million pixels, mean level near 20."""
    height = max(1, round((megapixels * 1e6 / 1.5) ** 0.5))
    width = max(1, round(1.5 * height))
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 40, (32, 48, 3), dtype=np.uint8))
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    noise = rng.integers(-2, 3, (height, width, 1), dtype=np.int8)
    return Image.fromarray((smooth.astype(np.int16) + noise).clip(0, 255).astype(np.uint8))


def run(arguments: Sequence[str]) -> dict[str, float | None]:
    """Run ``llc`` with ``arguments`` in a process of its own; return seconds and peak MB."""
    start = time.perf_counter()
    peak = peak_of([sys.executable, "-m", "llcodec", *arguments])
    return {"seconds": round(time.perf_counter() - start, 2), "peak_mb": peak}


def measure(megapixels: float, threads: int) -> dict[str, object]:
    """Encode and decode one picture, each in its own process."""
    with TemporaryDirectory() as folder:
        dark, coded, bright = (f"{folder}/{name}" for name in ("a.png", "a.llc", "b.png"))
        picture = dark_picture(megapixels)
        picture.save(dark, compress_level=1)
        common = ["--quiet", "--threads", str(threads)]
        return {
            "width": picture.width,
            "height": picture.height,
            "encode": run(["encode", dark, "-o", coded, *common]),
            "decode": run(["decode", coded, "-o", bright, *common]),
            "bytes": Path(coded).stat().st_size,
        }


def main() -> None:
    """Run the measurement that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.5, 24.0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    sizes = " ".join(f"{size:g}" for size in options.megapixels)
    result = {
        "name": "whole processes, start and model loading included",
        "command": f"python -m llcodec.bench.memory --megapixels {sizes} --out {options.out.name}",
        "machine": machine() | {"threads": options.threads},
        "pictures": [measure(size, options.threads) for size in options.megapixels],
    }
    print(json.dumps(result["pictures"]))
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
