"""Measure how decoded pictures look to models of human vision: ColorVideoVDP and Butteraugli.

python -m measurements.viewing --pairs DIR --split val --out results/NAME.json

ColorVideoVDP (Mantiuk et al., SIGGRAPH 2024) is the package ``cvvdp`` of PyPI, Butteraugli the
program ``butteraugli_main`` of libjxl (package ``libjxl-devtools`` of Debian). Both compare with
the bright picture of a pair, after scaling to its mean: how bright a scene was cannot be known.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from shutil import which
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import torch
from PIL import Image

from llcodec._arrays import Pixels
from llcodec._bitstream import LUMA_WEIGHTS
from llcodec._failures import in_one_line
from llcodec._threads import use_threads
from llcodec._torchvision import import_torchvision
from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.data.pairs import Pair, read_pairs
from llcodec.errors import InputError, LlcError
from llcodec.imaging import Picture
from measurements.quality import look_record

QUALITIES: Final = (2.0, 4.0, 6.0)
DETAILS: Final = (0.0, 0.5, 1.0)
DISPLAY: Final = "standard_4k"  # 30 inches seen from 0.75 m, 200 cd/m²
_PROGRAM: Final = "butteraugli_main"
_NORM: Final = re.compile(r"3-norm: ([0-9.]+)")

Judge = Callable[[Pixels, Pixels], float]
"""Compares a picture with its reference, both H×W×3 in 8 bits."""


@dataclass(frozen=True)
class Row:
    """Means over all pairs.

    ``jod`` is that of ColorVideoVDP: 10 for equal pictures, 1 less where 75 % of people would
    prefer the better one. ``butteraugli`` is its 3-norm: 0 for equal pictures, about 1 where
    differences begin to be visible.
    """

    quality: float
    detail: float
    bpp: float
    jod: float
    butteraugli: float


def measure(
    codecs: Sequence[tuple[float, Codec]],
    pairs: Sequence[Pair],
    quality: float,
    judges: tuple[Judge, Judge],
) -> list[Row]:
    """Encode all pairs once, decode them with each codec, and compare; a row for each detail."""
    files = [codecs[0][1].encode(Picture(pair.low), Target(quality)) for pair in pairs]
    pixels = [pair.low.shape[0] * pair.low.shape[1] for pair in pairs]
    bpp = mean(8 * len(file) / size for file, size in zip(files, pixels, strict=True))
    rows = []
    for detail, codec in codecs:
        shown = [codec.decode(file).pixels.astype(np.uint8) for file in files]
        scaled = [with_mean_of(s, pair.high) for s, pair in zip(shown, pairs, strict=True)]
        scores = (
            round(mean(judge(s, pair.high) for s, pair in zip(scaled, pairs, strict=True)), 4)
            for judge in judges
        )
        rows.append(Row(quality, detail, round(bpp, 4), *scores))
    return rows


def with_mean_of(picture: Pixels, reference: Pixels) -> Pixels:
    """Return ``picture`` scaled to the mean grey of ``reference``, clipped to 8 bits."""
    mean_grey, wanted = (float((p @ np.array(LUMA_WEIGHTS)).mean()) for p in (picture, reference))
    scaled = np.clip(picture * (wanted / max(mean_grey, 1e-6)), 0, 255)
    levels: Pixels = scaled.round().astype(np.uint8)
    return levels


def color_video_vdp() -> Judge:
    """Return the measure of ColorVideoVDP in JOD, for :data:`DISPLAY`.

    Raises:
        InputError: if the package is not installed.
    """
    try:
        import_torchvision()
        import pycvvdp
    except ImportError as error:
        raise InputError("ColorVideoVDP needs the package cvvdp: pip install cvvdp") from error
    metric = pycvvdp.cvvdp(display_name=DISPLAY, heatmap=None, device=torch.device("cpu"))

    def judge(picture: Pixels, reference: Pixels) -> float:
        return float(metric.predict(picture, reference, dim_order="HWC")[0])

    return judge


def butteraugli(program: str = _PROGRAM) -> Judge:
    """Return the 3-norm of Butteraugli, as a program of libjxl prints it.

    Raises:
        InputError: if there is no such program.
    """
    path = which(program)
    if path is None:
        raise InputError(f"no program {program}: it is in libjxl-devtools on Debian")

    def judge(picture: Pixels, reference: Pixels) -> float:
        with TemporaryDirectory() as folder:
            names = [Path(folder) / name for name in ("reference.png", "picture.png")]
            for name, pixels in zip(names, (reference, picture), strict=True):
                Image.fromarray(pixels).save(name, compress_level=1)
            ran = subprocess.run([path, *names], capture_output=True, text=True, check=False)
        if ran.returncode:
            raise InputError(f"{program} failed: {' '.join(ran.stderr.split())[-200:]}")
        found = _NORM.search(ran.stdout)
        if found is None:
            raise InputError(f"{program} printed no 3-norm")
        return float(found[1])

    return judge


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurement of a command line; errors are reported in one line."""
    options = _parser().parse_args(arguments)
    use_threads(options.threads)
    try:
        judges = (color_video_vdp(), butteraugli())
        used = {"cvvdp": version("cvvdp"), "display": DISPLAY}
        result = measure_all(options, judges) | used
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    except (LlcError, OSError) as error:
        sys.exit(in_one_line(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--look", help="the file of a look; that of the model by default")
    parser.add_argument("--qualities", type=float, nargs="+", default=QUALITIES)
    parser.add_argument("--details", type=float, nargs="+", default=DETAILS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    return parser


def measure_all(options: argparse.Namespace, judges: tuple[Judge, Judge]) -> dict[str, Any]:
    """Measure what the options of a command line name; return the result for its file."""
    pairs = read_pairs(options.pairs, options.split)
    codecs = [(d, Codec(options.model, detail=d, look=options.look)) for d in options.details]
    rows: list[Row] = []
    for quality in options.qualities:
        rows += measure(codecs, pairs, quality, judges)
        print(*rows[-len(codecs) :], sep="\n", flush=True)
    file = codecs[0][1].file
    return {
        "name": f"llcodec {file.name}",
        "model": file.sha256[:16],
        "look": look_record(file, options.look) if any(options.details) else None,
        "pictures": len(pairs),
        "command": f"python -m measurements.viewing --pairs {options.pairs.name}"
        f" --split {options.split}{_list('qualities', options.qualities, QUALITIES)}"
        f"{_list('details', options.details, DETAILS)}"
        f"{'' if options.look is None else f' --look {Path(options.look).name}'}"
        f" --model {Path(options.model).stem} --out {options.out.name}",
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
    }


def _list(name: str, values: Iterable[float], default: Iterable[float]) -> str:
    """Return an option of the command line; nothing if it has its default."""
    values = tuple(values)
    return "" if values == tuple(default) else f" --{name} {' '.join(f'{v:g}' for v in values)}"


if __name__ == "__main__":
    main()
