"""Seconds and peak memory of whole ``llc encode`` and ``llc decode`` processes.

    python -m llcodec.bench.memory --megapixels 24 --out results/memory.json

The picture is made: a dark, smooth scene with noise, 3:2. Peak memory is the operating system's
own figure for the process (resident set size).
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from llcodec.bench.machine import machine


def dark_picture(megapixels: float) -> Image.Image:
    """Return a seeded 3:2 picture of about so many million pixels, mean level near 20."""
    height = max(1, round((megapixels * 1e6 / 1.5) ** 0.5))
    width = max(1, round(1.5 * height))
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 40, (32, 48, 3), dtype=np.uint8))
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    noise = rng.integers(-2, 3, (height, width, 1), dtype=np.int8)
    return Image.fromarray((smooth.astype(np.int16) + noise).clip(0, 255).astype(np.uint8))


def run(arguments: Sequence[str]) -> dict[str, float]:
    """Run ``llc`` with ``arguments`` in a process of its own; return seconds and peak MB."""
    # A small process in between, so that the peak is that of this run and of no other.
    watch = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", watch, sys.executable, "-m", "llcodec", *arguments]
    start = time.perf_counter()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "peak_mb": round(int(told.split()[-1]) / unit, 1),
    }


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
