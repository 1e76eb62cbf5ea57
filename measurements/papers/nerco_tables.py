"""Print Tables 1 and 2 of NeRCo, from results of ``llc bench``.

    python -m measurements.papers.nerco_tables > results/papers/nerco.md

Table 1 has the methods of the paper, in its order, for each set of pairs; a dash is a method
without a result there. Table 2 is the ablation on LOL.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from llcodec.errors import LlcError
from measurements.papers.curves import Curve, read_curves

SETS = {"lol": "LOL", "stacks": "`stacks`", "sice": "SICE"}
MEASURES = (
    ("psnr-rgb", "PSNR", 2),
    ("ssim-rgb", "SSIM", 3),
    ("niqe", "NIQE", 2),
    ("loe", "LOE", 0),
)
METHODS: Mapping[str, str] = {  # of Table 1, with the pipelines that stand for them
    "LECARM": "enhance:lecarm",
    "SDD": "enhance:sdd",
    "RetinexNet": "",
    "KinD": "",
    "URetinexNet": "enhance:onnx:uretinex.onnx",
    "ZeroDCE": "enhance:onnx:zero-dce.onnx",
    "SSIENet": "",
    "EnGAN": "",
    "RUAS": "enhance:onnx:ruas-lol.onnx",
    "SCI": "enhance:torch:sci-medium.pt2",
    "NeRCo": "enhance:nerco-3",
}
PARTS = (  # of Table 2: its settings, and what each has
    ("1", "–", "–", "–", "–"),
    ("2", "–", "yes", "yes", "–"),
    ("3", "–", "yes", "yes", "yes"),
    ("4", "yes", "yes", "yes", "–"),
    ("5", "yes", "yes", "yes", "yes"),
)


def comparison(folder: Path) -> Iterator[str]:
    """Yield Table 1 on each set, a folder in ``folder``, as lines of Markdown."""
    for name, title in SETS.items():
        curves = {c.name: c for c in read_curves(folder / name)}
        pictures = max(c.pictures for c in curves.values())
        yield from ("", f"{pictures} validation pairs of {title}:", "")
        yield from _head(["method", *(title for _, title, _ in MEASURES)], 1)
        for method, pipeline in METHODS.items():
            yield _row([method, *_cells(curves.get(pipeline))])


def ablation(folder: Path) -> Iterator[str]:
    """Yield Table 2 from ``folder``/nerco-N.json, as lines of Markdown."""
    curves = {c.name: c for c in read_curves(folder, "nerco-*.json")}
    titles = [title for _, title, _ in MEASURES]
    yield from _head(["setting", "NRN", "masks and cooperation", "edges", "text", *titles], 5)
    for number, *parts in PARTS:
        measured = curves.get(f"enhance:nerco:ablation-{number}.safetensors")
        yield _row([f"#{number}", *parts, *_cells(measured)])


def _cells(curve: Curve | None) -> list[str]:
    values = (math.nan if curve is None else curve.best(column) for column, _, _ in MEASURES)
    digits = (digits for _, _, digits in MEASURES)
    return [
        f"{value:.{count}f}" if math.isfinite(value) else "–"
        for value, count in zip(values, digits, strict=True)
    ]


def _head(titles: Sequence[str], words: int) -> Iterator[str]:
    yield _row(titles)
    yield _row(["---"] * words + ["--:"] * (len(titles) - words))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path("results/peers"), metavar="FOLDER")
    parser.add_argument(
        "--ablations", type=Path, default=Path("results/ablations"), metavar="FOLDER"
    )
    given = parser.parse_args(arguments)
    lines = [
        "# NeRCo's tables, on other pictures",
        "",
        "Written by `python -m measurements.papers.nerco_tables`. PSNR is in dB of RGB; for NIQE",
        "and LOE, lower is better. [What is missing and why](../../measurements/papers/README.md),",
        "and [which network has seen what](../peers/README.md).",
        "",
        "## Table 1",
        *comparison(given.peers),
        "",
        "## Table 2",
        "",
        "31 validation pairs of LOL, 2,600 steps each ([how](../ablations/README.md#nerco)).",
        "",
        *ablation(given.ablations),
    ]
    print("\n".join(lines))


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
