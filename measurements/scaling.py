"""Measure time and peak memory of ``llc encode`` and ``llc decode`` processes against pixels.

    python -m measurements.scaling --megapixels 0.1 0.3 1 3 10 24 50 100 --out results/scaling.json

The pictures are 3:2 mosaics of the photographs of ``examples/``. Results are written after each
size; an interrupted run continues from there, unless the settings have changed. A plot is written
to the same folder.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from PIL import Image

from llcodec._cards import read_card
from llcodec._extras import versions_of
from llcodec._limits import MAX_PIXELS
from llcodec._outputs import atomic_write
from llcodec._shipped import shipped_file
from llcodec.bench.machine import machine
from llcodec.codec.models import DEFAULT_MODEL
from measurements.memory import run
from measurements.scaling_plot import write_plot

SIZES: Final = (0.1, 0.3, 1.0, 3.0, 10.0, 24.0, 50.0, 100.0)
EXAMPLES: Final = Path(__file__).resolve().parents[1] / "examples"
USUAL_LIMIT: Final = MAX_PIXELS  # pixels that llc accepts without --max-pixels
# The largest allowed peak memory of either process in MB, by megapixels.
_PROMISED: Final = {24.0: 2000.0, 100.0: 3000.0}
_FROM: Final = 1.0  # megapixels; below, starting the process takes most of the time
_SIDES: Final = ("encode", "decode")

Row = dict[str, Any]


def shape(megapixels: float) -> tuple[int, int]:
    """Return width and height of a 3:2 picture of at most this many megapixels."""
    height = max(1, math.floor((megapixels * 1e6 / 1.5) ** 0.5))
    return max(1, min(math.floor(megapixels * 1e6 / height), round(1.5 * height))), height


def mosaic(width: int, height: int, photographs: Sequence[Image.Image]) -> Image.Image:
    """Return a mosaic of photographs in random order and orientation, cropped to a size."""
    rng = np.random.default_rng(0)
    turns = (None, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM)
    picture = Image.new("RGB", (width, height))
    top = 0
    while top < height:
        left, lowest = 0, height
        while left < width:
            photograph = photographs[int(rng.integers(len(photographs)))]
            turn = turns[int(rng.integers(len(turns)))]
            piece = photograph if turn is None else photograph.transpose(turn)
            picture.paste(piece, (left, top))
            left, lowest = left + piece.width, min(lowest, top + piece.height)
        top = lowest
    return picture


def measure(megapixels: float, threads: int) -> Row:
    """Encode and decode one mosaic, each in its own process."""
    width, height = shape(megapixels)
    photographs = [Image.open(path).convert("RGB") for path in sorted(EXAMPLES.glob("*.jpg"))]
    common = ["--quiet", "--threads", str(threads)]
    if width * height > USUAL_LIMIT:
        common += ["--max-pixels", str(width * height)]
    with TemporaryDirectory() as folder:
        dark, coded, bright = (f"{folder}/{name}" for name in ("a.png", "a.llc", "b.png"))
        mosaic(width, height, photographs).save(dark, compress_level=1)
        return {
            "megapixels": megapixels,
            "width": width,
            "height": height,
            "encode": run(["encode", dark, "-o", coded, *common]),
            "decode": run(["decode", coded, "-o", bright, *common]),
            "bytes": Path(coded).stat().st_size,
        }


def growth(rows: Sequence[Row], side: str) -> float | None:
    """Return the exponent of seconds as a power of pixels: 1 is linear, 2 quadratic.

    It is fitted to sizes of at least one megapixel; None if there are fewer than two.
    """
    large = [row for row in rows if row["width"] * row["height"] >= 0.99e6 * _FROM]
    if len(large) < 2:
        return None
    pixels = [math.log(row["width"] * row["height"]) for row in large]
    seconds = [math.log(row[side]["seconds"]) for row in large]
    return round(float(np.polyfit(pixels, seconds, 1)[0]), 3)


def broken_promises(rows: Sequence[Row]) -> list[str]:
    """Return which processes took more memory than promised for their size."""
    broken = []
    for row in rows:
        most = _PROMISED.get(row["megapixels"], math.inf)
        for side in _SIDES:
            peak = row[side]["peak_mb"] or 0  # None if the system does not report it
            if peak > most:
                broken.append(f"{side} of {row['megapixels']:g} MP: {peak:.0f} MB, not {most:.0f}")
    return broken


def settings(threads: int) -> dict[str, Any]:
    """Return the settings that the figures depend on, without the date."""
    facts = {key: value for key, value in machine().items() if key != "date"}
    facts |= versions_of("onnxruntime")  # the engine
    weights = read_card(shipped_file(DEFAULT_MODEL)).sha256[:16]
    return facts | {"threads": threads, "model": DEFAULT_MODEL, "weights": weights}


def finished_rows(path: Path, wanted: Mapping[str, Any]) -> list[Row]:
    """Return the rows of an earlier run with the same settings."""
    try:
        stored = json.loads(path.read_text("utf-8"))
        return list(stored["rows"]) if stored["settings"] == wanted else []
    except (OSError, ValueError, LookupError, TypeError):
        return []


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sizes of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, nargs="+", default=SIZES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("results/scaling.json"))
    options = parser.parse_args(arguments)
    wanted = settings(options.threads)
    rows = finished_rows(options.out, wanted)
    for size in options.megapixels:
        if size not in [row["megapixels"] for row in rows]:
            rows = sorted([*rows, measure(size, options.threads)], key=lambda r: r["megapixels"])
            print(json.dumps(rows[[r["megapixels"] for r in rows].index(size)]), flush=True)
        _write(options.out, wanted, rows)
    write_plot(rows, options.out.with_suffix(".png"))
    return 1 if broken_promises(rows) else 0


def _write(path: Path, wanted: Mapping[str, Any], rows: Sequence[Row]) -> None:
    sizes = " ".join(f"{row['megapixels']:g}" for row in rows)
    result = {
        "name": "complete processes against pixels, including start and loading of the model",
        "command": f"python -m measurements.scaling --megapixels {sizes} "
        f"--threads {wanted['threads']}",
        "date": machine()["date"],
        "settings": wanted,
        "growth": {side: growth(rows, side) for side in _SIDES},
        "promised_peak_mb": {f"{size:g} MP": most for size, most in _PROMISED.items()},
        "broken_promises": broken_promises(rows),
        "rows": list(rows),
    }
    with atomic_write(path) as part:
        part.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
