"""Draw Figure 4 of Joint-IC-LL: rate and distortion of joint and of separate networks.

    python -m measurements.papers.figure_4 results/pipelines-lol-val --out figure-4.svg

Each folder is one row of panels: results of ``llc bench``, of which those of the enhancer
``--enhancer`` before and after every codec are drawn, and ``joint``.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from llcodec.errors import InputError, LlcError
from measurements.papers.curves import Curve, read_curves
from measurements.papers.drawing import LABELS, Line, draw_lines, new_figure, save, styled

COLUMNS = ("psnr-rgb", "ms-ssim-db-rgb")
_COLOURS = ("#0b4fb3", "#d4550a", "#2b7a3a", "#7a3b8f", "#8a6d0a", "#5d6670")
_MARKERS = ("s", "^", "D", "v", "P", "X")


def compared(curves: Sequence[Curve], enhancer: str) -> list[Curve]:
    """Return the joint networks, then the pipelines with an enhancer before or after a codec."""
    joint = [c for c in curves if c.name.split(":")[0] == "joint"]
    return joint + [c for c in curves if c.name.startswith(("ebc:", "cbe:")) and enhancer in c.name]


def lines_of(curves: Sequence[Curve], enhancer: str, column: str) -> list[Line]:
    """Return the lines of one measure: codecs by colour and marker, CbE dashed."""
    codecs = sorted({_codec(c.name, enhancer) for c in curves if ":" in c.name})
    lines = []
    for curve in curves:
        points = curve.points(column)
        if not points:
            continue
        if curve.name.startswith(("ebc:", "cbe:")):
            number = codecs.index(_codec(curve.name, enhancer))
            dashes = "-" if curve.name.startswith("ebc:") else "--"
            colour, marker = _COLOURS[number % 6], _MARKERS[number % 6]
            lines.append(Line(curve.name, points, colour, marker, dashes))
        else:
            lines.append(Line(curve.name, points, "#101418"))
    return lines


def _codec(name: str, enhancer: str) -> str:
    order, _, rest = name.partition(":")
    return rest.rpartition("+")[2] if order == "ebc" else rest.partition("+")[0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--enhancer", default="snr-aware")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(arguments)
    with styled():
        figure, panels = new_figure(len(given.results), len(COLUMNS))
        for folder, row in zip(given.results, panels, strict=True):
            curves = compared(read_curves(folder), given.enhancer)
            if not any(c.name.startswith(("ebc:", "cbe:")) for c in curves):
                raise InputError(f"{folder}: no pipelines with {given.enhancer} and a codec")
            for column, axes in zip(COLUMNS, row, strict=True):
                title = f"{folder.name}, {curves[0].pictures} pictures"
                draw_lines(axes, lines_of(curves, given.enhancer, column), title, LABELS[column])
            row[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
        save(figure, given.out)


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
