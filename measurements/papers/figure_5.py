"""Draw Figure 5 of Joint-IC-LL: parameters and multiply–accumulates of each pipeline, by stage.

    python -m measurements.papers.figure_5 --out results/papers/figure-5.svg

The numbers are those of ``llc bench complexity``, at 960×512.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llcodec.bench.complexity import Complexity, Stage, all_complexities
from llcodec.errors import LlcError
from measurements.papers.drawing import new_figure, save, styled

_PANELS: tuple[tuple[str, Callable[[Stage], float]], ...] = (
    ("parameters, millions", lambda stage: stage.parameters / 1e6),
    ("multiply–accumulates at 960×512, 10⁹", lambda stage: stage.macs / 1e9),
)
_COLOURS = {
    "enhancer": "#d4550a",
    "encoder": "#0b4fb3",
    "entropy model": "#48a0c8",
    "decoder": "#2b7a3a",
    "codec": "#7a3b8f",
}


def pipelines() -> list[Complexity]:
    """Return the pipelines that both enhance and compress."""
    return [c for c in all_complexities() if "joint" in c.name or "+" in c.name]


def draw_bars(axes: Any, rows: Sequence[Complexity], value: Callable[[Stage], float]) -> None:
    """Draw a bar for each pipeline, from the first down, with its sum at the end."""
    for place, row in enumerate(rows):
        start = 0.0
        for stage in row.stages:
            axes.barh(place, value(stage), left=start, color=_COLOURS[stage.name], height=0.7)
            start += value(stage)
        axes.text(start, place, f" {start:.1f}", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.invert_yaxis()
    axes.margins(x=0.12)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(arguments)
    rows = pipelines()
    with styled():
        figure, panels = new_figure(1, len(_PANELS), (5.2, 3.4))
        for axes, (label, value) in zip(panels[0], _PANELS, strict=True):
            draw_bars(axes, rows, value)
            axes.set_xlabel(label)
        handles = [
            panels[0][0].barh(0, 0, color=colour, label=name) for name, colour in _COLOURS.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False)
        save(figure, given.out)


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
