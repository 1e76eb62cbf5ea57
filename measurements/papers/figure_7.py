"""Draw Figure 7 of Joint-IC-LL: the ablation of the SNR-aware branch.

    python -m measurements.papers.figure_7 results/ablations --out results/papers/figure-7.svg

The files are those of ``measurements.quality`` for runs of equal length.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from llcodec.errors import LlcError
from measurements.papers.curves import read_curve
from measurements.papers.drawing import LABELS, Line, draw_lines, new_figure, save, styled

COLUMNS = ("psnr-rgb", "psnr-gt-mean-rgb", "local-psnr")
_RUNS = (  # files, with their names in the figure and colours
    ("reference", "with the branch", "#101418", "o"),
    ("snr-published", "with the published SNR map", "#0b4fb3", "s"),
    ("shift-only", "branch that only shifts, as released", "#2b7a3a", "D"),
    ("branch-removed", "without the branch", "#d4550a", "^"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(arguments)
    curves = {file: read_curve(given.results / f"{file}.json") for file, *_ in _RUNS}
    pictures = curves["reference"].pictures
    with styled():
        figure, panels = new_figure(1, len(COLUMNS))
        for column, axes in zip(COLUMNS, panels[0], strict=True):
            lines = [
                Line(name, curves[file].points(column), colour, marker)
                for file, name, colour, marker in _RUNS
            ]
            draw_lines(axes, lines, f"LOL val, {pictures} pictures", LABELS[column])
        panels[0][0].legend(loc="lower right", frameon=False, fontsize=8)
        save(figure, given.out)


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
