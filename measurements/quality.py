"""Measure rate and quality on pairs, from written and decoded files.

python -m measurements.quality --pairs DIR --split val --out results/NAME.json

With ``--photographs DIR``, bright pictures are encoded, which should not change. ``--detail D``
decodes with a look, ``--lpips FILE`` adds LPIPS with the weights of its backbone, SqueezeNet.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from llcodec._failures import in_one_line
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.codec.looks import path_of_look, read_look
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.codec.weights import ModelFile
from llcodec.container import read_header
from llcodec.data.fusing import fuse
from llcodec.data.pairs import Pair, read_pairs, read_photographs
from llcodec.errors import InputError, LlcError
from llcodec.imaging import Picture
from llcodec.metrics import (
    best_gain_psnr,
    gt_mean_psnr,
    local_psnr,
    ms_ssim,
    niqe,
    psnr,
    ssim,
    ssimulacra2,
)
from llcodec.metrics.perceptual import MetricChoice, PerceptualMetric

_LPIPS = "lpips-squeeze"
_EQUAL = 99.0  # recorded for equal pictures, whose PSNR is infinite
QUALITIES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


@dataclass(frozen=True)
class Row:
    """Means over all pairs at one quality; PSNR in dB, ``as_shot_psnr`` against the input.

    ``local_psnr`` is measured after correcting gain and offset of each channel, ``fused_psnr``
    against references that keep what the input has lit already (the targets of the training of
    version 2, :mod:`llcodec.data.fusing`). ``as_shot_psnr`` is None for a model whose files have no
    tone curve to invert, ``ms_ssim`` and ``niqe`` where an image is too small. ``lpips``, with the
    features of SqueezeNet, is None where it is not measured, or an image is too small.
    """

    quality: float
    bpp: float
    psnr: float
    ssim: float
    ms_ssim: float | None
    ssimulacra2: float
    niqe: float | None
    gt_mean_psnr: float
    local_psnr: float
    fused_psnr: float
    as_shot_psnr: float | None
    lpips: float | None = None


def measure(
    codec: Codec, pairs: Sequence[Pair], quality: float, lpips: PerceptualMetric | None = None
) -> Row:
    """Encode, decode and compare all pairs at one quality."""
    columns = zip(*(_measured(codec, pair, quality, lpips) for pair in pairs), strict=True)
    return Row(quality, *map(_mean, columns))  # type: ignore[arg-type]


def _measured(
    codec: Codec, pair: Pair, quality: float, lpips: PerceptualMetric | None
) -> tuple[float | None, ...]:
    """Return the figures of one pair, in the order of a row."""
    data = codec.encode(Picture(pair.low), Target(quality))
    bright = codec.decode(data).pixels.astype(np.uint8)
    return (
        8 * len(data) / (pair.low.shape[0] * pair.low.shape[1]),
        psnr(bright, pair.high),
        ssim(bright, pair.high),
        _if_large_enough(lambda: ms_ssim(bright, pair.high)),
        ssimulacra2(bright, pair.high),
        _if_large_enough(lambda: niqe(bright)),
        gt_mean_psnr(bright, pair.high),
        local_psnr(bright, pair.high),
        min(psnr(bright, fuse(pair.low, pair.high)), _EQUAL),
        _as_shot(codec, pair, data),
        None if lpips is None else _if_large_enough(lambda: lpips(bright, pair.high)),
    )


def _if_large_enough(score: Callable[[], float]) -> float | None:
    try:
        return score()
    except ValueError:
        return None


def _as_shot(codec: Codec, pair: Pair, data: bytes) -> float | None:
    """Return the PSNR of the picture as shot; None if the file cannot reproduce it."""
    if read_header(data).tone is None:
        return None
    shot = codec.decode(data, brightness=0).pixels.astype(np.uint8)
    return min(psnr(shot, pair.low), _EQUAL)


def look_record(file: ModelFile, path: str | None) -> dict[str, str]:
    """Return the name and the hash of the look at ``path``, or of the shipped one of a model."""
    look = read_look(path_of_look(file, path))
    return {"name": look.name, "sha256": look.sha256}


def _mean(column: Sequence[float | None]) -> float | None:
    known = [value for value in column if value is not None]
    return round(mean(known), 4) if len(known) == len(column) else None


def main() -> None:
    """Run the measurement of the command line; errors are reported in one line."""
    try:
        _measure_all()
    except (LlcError, OSError) as error:
        sys.exit(in_one_line(error))


def _measure_all() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    inputs = parser.add_mutually_exclusive_group(required=True)
    inputs.add_argument("--pairs", type=Path)
    inputs.add_argument("--photographs", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--qualities", type=float, nargs="+", default=QUALITIES)
    parser.add_argument("--detail", type=float, default=0.0)
    parser.add_argument("--look", help="the file of a look; that of the model by default")
    parser.add_argument("--lpips", type=Path, help="weights of SqueezeNet 1.1")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    use_threads(options.threads)
    if options.look is not None and not options.detail:
        raise InputError("--look needs --detail above 0")
    codec = Codec(options.model, detail=options.detail, look=options.look)
    lpips = None if options.lpips is None else MetricChoice(_LPIPS, options.lpips).load()
    folder = options.pairs or options.photographs
    if options.pairs:
        pairs = read_pairs(folder, options.split)
        given = f"--pairs {folder.name} --split {options.split}"
    else:
        pairs = tuple(Pair(str(n), p, p) for n, p in enumerate(read_photographs(folder)))
        given = f"--photographs {folder.name}"
    if tuple(options.qualities) != QUALITIES:
        given += " --qualities " + " ".join(f"{quality:g}" for quality in options.qualities)
    if options.detail:
        given += f" --detail {options.detail:g}"
        given += "" if options.look is None else f" --look {Path(options.look).name}"
    if lpips is not None:
        given += f" --lpips {lpips.weights}"
    rows = []
    for quality in options.qualities:
        rows.append(measure(codec, pairs, quality, lpips))
        print(rows[-1], flush=True)
    result = {
        "name": f"llcodec {codec.file.name}",
        "model": codec.file.sha256[:16],
        "look": look_record(codec.file, options.look) if options.detail else None,
        "lpips": None if lpips is None else lpips.record(),
        "pictures": len(pairs),
        "command": f"python -m measurements.quality {given}"
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
