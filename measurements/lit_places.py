"""Measure what becomes of lit and of black places of dark images, from written and decoded files.

python -m measurements.lit_places --images examples dark --pairs stacks sice --out FILE

Of pairs, the dark images of the split val are taken.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from llcodec._arrays import Pixels
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.data.pairs import list_photographs, read_pairs
from llcodec.imaging import Picture, read_picture
from llcodec.metrics import black_level, contrast_kept


@dataclass(frozen=True)
class Row:
    """An image: the share of contrast that lit places keep, the level of black ones (0 … 255).

    None where it has too few such places.
    """

    source: str
    image: str
    contrast_kept: float | None
    black_level: float | None


def measure(codec: Codec, pixels: Pixels, quality: float) -> tuple[float | None, float | None]:
    """Encode and decode an image, and return both figures."""
    bright = codec.decode(codec.encode(Picture(pixels), Target(quality))).pixels.astype(np.uint8)
    return contrast_kept(pixels, bright), black_level(pixels, bright)


def summary(rows: Sequence[Row]) -> dict[str, dict[str, float | int | None]]:
    """Return median and worst figures of each source."""
    found: dict[str, dict[str, float | int | None]] = {}
    for source in dict.fromkeys(row.source for row in rows):
        kept = [r.contrast_kept for r in rows if r.source == source and r.contrast_kept is not None]
        black = [r.black_level for r in rows if r.source == source and r.black_level is not None]
        found[source] = {
            "images_with_lit_places": len(kept),
            "contrast_kept_median": round(median(kept), 3) if kept else None,
            "contrast_kept_worst": round(min(kept), 3) if kept else None,
            "images_with_black_places": len(black),
            "black_level_median": round(median(black), 2) if black else None,
            "black_level_worst": round(max(black), 2) if black else None,
        }
    return found


def _images(folders: Sequence[Path], pairs: Sequence[Path]) -> Iterator[tuple[str, str, Pixels]]:
    for folder in folders:
        for path in list_photographs(folder):
            yield folder.name, path.name, read_picture(path).pixels.astype(np.uint8)
    for folder in pairs:
        for pair in read_pairs(folder, "val"):
            yield folder.name, pair.name, pair.low


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, nargs="*", default=[])
    parser.add_argument("--pairs", type=Path, nargs="*", default=[])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--quality", type=float, default=4.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    use_threads(options.threads)
    codec = Codec(options.model, device="cpu")
    rows = []
    for source, name, pixels in _images(options.images, options.pairs):
        figures = (
            None if v is None else round(v, 3) for v in measure(codec, pixels, options.quality)
        )
        rows.append(Row(source, name, *figures))
        print(rows[-1], flush=True)
    given = " ".join(
        f"--{kind} {' '.join(folder.name for folder in folders)}"
        for kind, folders in (("images", options.images), ("pairs", options.pairs))
        if folders
    )
    result = {
        "name": f"llcodec {codec.file.name}",
        "model": codec.file.sha256[:16],
        "quality": options.quality,
        "command": f"python -m measurements.lit_places {given} --model {Path(options.model).stem}"
        f" --out {options.out.name}",
        "machine": machine(),
        "summary": summary(rows),
        "rows": [asdict(row) for row in rows],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
