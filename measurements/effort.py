"""Measure what ``--effort`` gives and costs: bits, PSNR and CPU seconds of encoding.

python -m measurements.effort --photographs DIR --out results/effort.json

Bright images are encoded by a codec that does not brighten, so that the input is the target.

python -m measurements.effort --dark DIR --model fast-5 --out results/effort-fast-5.json

A codec that brightens encodes dark images. PSNR is measured against its own output without
rounding, which is what the search comes closer to, and against the bright images of the pairs.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from time import process_time

import numpy as np

from llcodec._arrays import Pixels
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.data.pairs import read_pairs, read_photographs
from llcodec.enhancing.enhancer import Enhancer
from llcodec.imaging import Picture
from llcodec.metrics import psnr
from llcodec.metrics.bjontegaard import bd_rate, curve_of

QUALITIES = (1.0, 2.5, 4.0, 6.0)
EFFORTS = (0, 1, 3, 5, 7, 9)


@dataclass(frozen=True)
class Image:
    """An image to encode, what the search comes closer to, and a reference; H×W×3, 8 bits."""

    encoded: Pixels
    target: Pixels
    reference: Pixels | None = None


@dataclass(frozen=True)
class Row:
    """Means over all images; ``seconds`` of CPU time to encode a megapixel."""

    effort: int
    quality: float
    bpp: float
    psnr: float
    seconds: float
    reference_psnr: float | None = None


def measure(codec: Codec, images: Sequence[Image], effort: int, quality: float) -> Row:
    """Encode and decode all images with one effort at one quality."""
    bpps, psnrs, references, seconds = [], [], [], 0.0
    for image in images:
        start = process_time()
        data = codec.encode(Picture(image.encoded), Target(quality), effort=effort)
        seconds += process_time() - start
        bpps.append(8 * len(data) / _area(image))
        decoded = codec.decode(data).pixels.astype(np.uint8)
        psnrs.append(psnr(decoded, image.target))
        if image.reference is not None:
            references.append(psnr(decoded, image.reference))
    per_megapixel = round(seconds / (sum(map(_area, images)) / 1e6), 3)
    reference_psnr = round(mean(references), 4) if references else None
    bpp, own = round(mean(bpps), 4), round(mean(psnrs), 4)
    return Row(effort, quality, bpp, own, per_megapixel, reference_psnr)


def _area(image: Image) -> int:
    height, width = image.encoded.shape[:2]
    return int(height * width)


def savings(rows: Sequence[Row], *, of_reference: bool = False) -> dict[str, float | None]:
    """Return the BD-rate of each effort against effort 0, in percent.

    It is that of PSNR against the targets, or of PSNR against the references.
    """
    curves = {
        effort: curve_of(
            [r.bpp for r in own], [r.reference_psnr if of_reference else r.psnr for r in own]
        )
        for effort in dict.fromkeys(row.effort for row in rows)
        if (own := [r for r in rows if r.effort == effort])
    }
    found = {}
    for effort, curve in curves.items():
        anchor = curves[0]
        rate = None if anchor is None or curve is None else bd_rate(anchor, curve)
        found[str(effort)] = None if rate is None else round(rate, 2)
    return found


def _images(options: argparse.Namespace) -> tuple[list[Image], str]:
    """Return every n-th image that the command line asks for, and the options that ask for it."""
    every = slice(None, None, options.every)
    if options.dark:
        pairs = read_pairs(options.dark, options.split)[every]
        network = Enhancer(options.model, device="cpu")
        own = [network.enhance(Picture(pair.low)).pixels.astype(np.uint8) for pair in pairs]
        images = [Image(p.low, made, p.high) for p, made in zip(pairs, own, strict=True)]
        return images, f"--dark {options.dark.name} --split {options.split}"
    if options.bright:
        bright = [pair.high for pair in read_pairs(options.bright, options.split)]
        given = f"--bright {options.bright.name} --split {options.split}"
    else:
        bright = list(read_photographs(options.photographs))
        given = f"--photographs {options.photographs.name}"
    return [Image(image, image) for image in bright[every]], given


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    inputs = parser.add_mutually_exclusive_group(required=True)
    inputs.add_argument("--photographs", type=Path)
    inputs.add_argument("--bright", type=Path, help="pairs, whose bright images are encoded")
    inputs.add_argument("--dark", type=Path, help="pairs, whose dark images are encoded")
    parser.add_argument("--split", default="val")
    parser.add_argument("--model", default="base")
    parser.add_argument("--every", type=int, default=1, help="take every n-th image")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    use_threads(options.threads)
    codec = Codec(options.model, device="cpu")
    images, given = _images(options)
    rows = []
    for effort in EFFORTS:
        for quality in QUALITIES:
            rows.append(measure(codec, images, effort, quality))
            print(rows[-1], flush=True)
    result = {
        "name": f"llcodec {codec.file.name}",
        "model": codec.file.sha256[:16],
        "engine": codec.engine,
        "pictures": len(images),
        "command": f"python -m measurements.effort {given} --every {options.every}"
        f" --model {Path(options.model).stem} --threads {options.threads}"
        f" --out {options.out.name}",
        "machine": machine(),
        "bd_rate": savings(rows),
        **({"reference_bd_rate": savings(rows, of_reference=True)} if options.dark else {}),
        "rows": [asdict(row) for row in rows],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
