"""Measure time and peak memory of ``llc encode``, ``llc decode`` and ``llc enhance`` processes.

    python -m measurements.memory --sizes 960x512 24 --out results/memory.json

Sizes are in pixels, or in megapixels of a 3:2 picture. The picture is synthetic: a dark, smooth
scene with noise. Peak memory is the resident set size that the operating system reports. Exits with
1 if enhancing 24 megapixels takes more than 6 GB.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from PIL import Image

from llcodec._failures import in_one_line
from llcodec.bench.machine import machine
from llcodec.bench.programs import peak_rss
from llcodec.enhancing.names import DEFAULT_ENHANCER
from llcodec.errors import LlcError

_PROMISED_MB: Final = 6000.0
"""The limit for enhancing pictures of up to 24 megapixels."""

_PROMISED_PIXELS: Final = 24_000_000


@dataclass(frozen=True)
class Size:
    """The size of a picture, in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def size_of(text: str) -> Size:
    """Return the size of ``960x512``, or of a 3:2 picture of ``24`` or ``0.5`` megapixels.

    Raises ArgumentTypeError if it is neither.
    """
    sides = re.fullmatch(r"([1-9]\d*)[x×]([1-9]\d*)", text)
    if sides:
        return Size(int(sides[1]), int(sides[2]))
    try:
        height = max(1, round((float(text) * 1e6 / 1.5) ** 0.5))
    except (ValueError, TypeError, OverflowError):  # of a negative number, the root is complex
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a size such as 960x512, or megapixels"
        ) from None
    return Size(max(1, round(1.5 * height)), height)


def dark_picture(size: Size) -> Image.Image:
    """Return a seeded picture of this size, mean level near 20."""
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 40, (32, 48, 3), dtype=np.uint8))
    smooth = np.asarray(small.resize((size.width, size.height), Image.Resampling.BICUBIC))
    noise = rng.integers(-2, 3, (size.height, size.width, 1), dtype=np.int8)
    return Image.fromarray((smooth.astype(np.int16) + noise).clip(0, 255).astype(np.uint8))


def run(arguments: Sequence[str]) -> dict[str, float | None]:
    """Run ``llc`` with ``arguments`` in its own process; return seconds and peak MB.

    Raises InputError with the last line that it wrote if it fails.
    """
    start = time.perf_counter()
    peak = peak_rss([sys.executable, "-m", "llcodec", *arguments])
    return {"seconds": round(time.perf_counter() - start, 2), "peak_mb": peak}


def measure(size: Size, threads: int, enhancer: str = DEFAULT_ENHANCER) -> dict[str, Any]:
    """Encode, decode and enhance one picture, each in its own process. Raises InputError."""
    with TemporaryDirectory() as folder:
        dark, coded, bright, enhanced = (
            f"{folder}/{name}" for name in ("a.png", "a.llc", "b.png", "c.png")
        )
        dark_picture(size).save(dark, compress_level=1)
        common = ["--quiet", "--threads", str(threads)]
        return {
            "width": size.width,
            "height": size.height,
            "encode": run(["encode", dark, "-o", coded, *common]),
            "decode": run(["decode", coded, "-o", bright, *common]),
            "bytes": Path(coded).stat().st_size,
            "enhance": run(["enhance", dark, "-o", enhanced, "--model", enhancer, *common]),
        }


def broken_promises(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return which pictures took more memory to enhance than promised."""
    return [
        f"enhance of {row['width']}x{row['height']}: {row['enhance']['peak_mb']:.0f} MB"
        for row in rows
        if row["width"] * row["height"] <= _PROMISED_PIXELS
        and (row["enhance"]["peak_mb"] or 0) > _PROMISED_MB  # None if the system does not report it
    ]


def main() -> None:
    """Run the measurement of the command line; errors are reported in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    usual = [size_of("0.5"), size_of("24")]
    parser.add_argument("--sizes", "--megapixels", type=size_of, nargs="+", default=usual)
    parser.add_argument("--model", default=DEFAULT_ENHANCER, help="the enhancer, a name or a path")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    try:
        rows = [measure(size, options.threads, options.model) for size in options.sizes]
        _write(options, rows)
    except (LlcError, OSError) as error:
        sys.exit(in_one_line(error))
    broken = broken_promises(rows)
    if broken:
        sys.exit(f"more than {_PROMISED_MB:.0f} MB: {', '.join(broken)}")


def _write(options: argparse.Namespace, rows: Sequence[Mapping[str, Any]]) -> None:
    enhancer = Path(options.model).stem  # no path of this machine
    result = {
        "name": "complete processes, including start and loading of the model",
        "command": f"python -m measurements.memory --sizes {' '.join(map(str, options.sizes))}"
        f" --model {enhancer} --out {options.out.name}",
        "machine": machine() | {"threads": options.threads},
        "enhancer": enhancer,
        "promised_peak_mb": {"enhance 24 MP": _PROMISED_MB},
        "pictures": rows,
    }
    print(json.dumps(rows))
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
