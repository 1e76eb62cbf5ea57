"""Measure what becomes of lit and of black places of dark images, from written and decoded files.

python -m measurements.lit_places --images examples dark --pairs stacks sice --out FILE

Of pairs, the dark images of the split val are taken, and the same figures are measured of their
bright halves and of the targets of training, fused from both: what training can teach.
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
from llcodec.data.fusing import fuse
from llcodec.data.pairs import list_photographs, read_pairs
from llcodec.imaging import Picture, read_picture
from llcodec.metrics import black_level, contrast_kept


@dataclass(frozen=True)
class Row:
    """An image: the share of contrast that lit places keep, the level of black ones (0 … 255).

    None where it has too few such places. ``source`` is a folder; the bright halves of its pairs
    have the source ``… references``, the targets of training ``… targets``.
    """

    source: str
    image: str
    contrast_kept: float | None
    black_level: float | None


def measure(codec: Codec, pixels: Pixels, quality: float) -> tuple[float | None, float | None]:
    """Encode and decode an image, and return both figures."""
    bright = codec.decode(codec.encode(Picture(pixels), Target(quality))).pixels.astype(np.uint8)
    return _figures(pixels, bright)


def references(folder: Path) -> list[Row]:
    """Return the rows of the bright halves of pairs, and of the targets made from both halves."""
    rows = []
    for pair in read_pairs(folder, "val"):
        made = {"references": pair.high, "targets": fuse(pair.low, pair.high)}
        rows += [
            _row(f"{folder.name} {kind}", pair.name, _figures(pair.low, bright))
            for kind, bright in made.items()
        ]
    return rows


def _figures(dark: Pixels, bright: Pixels) -> tuple[float | None, float | None]:
    return contrast_kept(dark, bright), black_level(dark, bright)


def _row(source: str, image: str, figures: tuple[float | None, float | None]) -> Row:
    return Row(source, image, *(None if v is None else round(v, 3) for v in figures))


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
        rows.append(_row(source, name, measure(codec, pixels, options.quality)))
        print(rows[-1], flush=True)
    for folder in options.pairs:
        rows += references(folder)
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
