"""Normalise exposures of one scene with NRN, as in NeRCo's Figure 3.

python -m measurements.normalised EXPOSURE... --model MODEL --out FILE.png

Draws the exposures before and after NRN with the distributions of their luma, and writes their
brightness to FILE.json in the same folder.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import pstdev

import torch
from torch import Tensor

from llcodec._extras import require
from llcodec._failures import in_one_line
from llcodec._outputs import atomic_write
from llcodec.data.pairs import read_pixels
from llcodec.engine.tensors import to_tensor
from llcodec.enhancing.models import find_enhancer
from llcodec.errors import LlcError, ModelError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.torch_engine import nerco_model
from llcodec.nerco.views import pad_by_reflection, to_unit, view_of_whole
from llcodec.nerco.weights import read_nerco
from llcodec.nets.blocks import luma

_BINS = 64
_LEAST = 8  # the smallest side of the input of the networks, in pixels


@dataclass(frozen=True)
class Exposure:
    """One exposure before and after NRN, both 1×3×h×w in [0, 1]."""

    name: str
    shot: Tensor
    normalised: Tensor


@dataclass(frozen=True)
class Brightness:
    """Mean lumas, 0 to 255, and their standard deviations over the exposures."""

    names: tuple[str, ...]
    shot: tuple[float, ...]
    normalised: tuple[float, ...]
    shot_spread: float
    normalised_spread: float


@torch.no_grad()
def normalise(model: NercoModel, shot: Tensor) -> Tensor:
    """Return I_NR (Eq. 1) of a picture 1×3×h×w in [0, 1], in [0, 1].

    Raises ModelError if the model was trained without NRN.
    """
    if model.nrn is None:
        raise ModelError("the model has no NRN: it was trained without one")
    height, width = shot.shape[-2:]
    normalised = model.normalise(view_of_whole(pad_by_reflection(shot, _LEAST)))
    return to_unit(normalised[..., :height, :width])


def brightness(exposures: Sequence[Exposure]) -> Brightness:
    """Return the brightness of exposures before and after."""
    shot = tuple(_mean_luma(e.shot) for e in exposures)
    normalised = tuple(_mean_luma(e.normalised) for e in exposures)
    spreads = (round(pstdev(values), 2) for values in (shot, normalised))
    return Brightness(tuple(e.name for e in exposures), shot, normalised, *spreads)


def draw(exposures: Sequence[Exposure], path: Path) -> None:
    """Write the figure: for each exposure, a column with the input, the output, and their luma."""
    inches = (2.6 * len(exposures), 6.0)
    figure = require("matplotlib.figure", "bench").Figure(inches, layout="constrained")
    rows = figure.subplots(3, len(exposures), squeeze=False)
    for exposure, (above, middle, below) in zip(exposures, rows.T, strict=True):
        for axes, picture in ((above, exposure.shot), (middle, exposure.normalised)):
            axes.imshow(picture[0].permute(1, 2, 0).numpy())
            axes.set_axis_off()
        above.set_title(exposure.name, fontsize=9)
        for picture, colour in ((exposure.shot, "#0b4fb3"), (exposure.normalised, "#d4550a")):
            counts = torch.histc(255 * luma(picture), _BINS, 0, 255) / luma(picture).numel()
            below.plot(torch.linspace(0, 255, _BINS), counts, color=colour)
        below.legend(["as shot", "normalised"], fontsize=7)
        below.set_xlabel("luma", fontsize=8)
    with atomic_write(path) as file:
        figure.savefig(file, format="png", dpi=100, metadata={"Software": None})


def _mean_luma(picture: Tensor) -> float:
    return round(255 * float(luma(picture).mean()), 2)


def main() -> None:
    """Draw the figure of the command line; errors are reported in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exposures", type=Path, nargs="+", metavar="EXPOSURE")
    parser.add_argument("--model", default="nerco")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    options = parser.parse_args()
    try:
        model = nerco_model(read_nerco(find_enhancer(options.model)))
        shots = [(path.stem, to_tensor(read_pixels(path))) for path in options.exposures]
        exposures = [Exposure(name, shot, normalise(model, shot)) for name, shot in shots]
        draw(exposures, options.out)
        result = {
            "command": f"python -m measurements.normalised {' '.join(n for n, _ in shots)}"
            f" --model {Path(options.model).stem} --out {options.out.name}",
            **asdict(brightness(exposures)),
        }
        options.out.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    except (LlcError, OSError) as error:
        sys.exit(in_one_line(error))


if __name__ == "__main__":
    main()
