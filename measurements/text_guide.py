"""Measure whether a text guide distinguishes dark from bright, and follows exposure.

python -m measurements.text_guide --pairs DIR --photographs DIR --dark DIR --out results/NAME.json
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from llcodec._arrays import Pixels
from llcodec.data.pairs import Pair, read_pairs, read_photographs, read_pixels
from llcodec.imaging import IMAGE_SUFFIXES
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.loading import load_guide
from llcodec.text_guide.prompts import Prompts
from projects.text_guide.pictures import held_out
from projects.text_guide.scores import (
    EXPOSURES,
    LadderScores,
    distinct_highs,
    lightness_of,
    score_ladders,
    score_pairs,
    share_below,
    share_brightened,
)

# Synonyms, some of which are not in the captions of the shipped guide ("murky", "radiant").
_OTHER_PROMPTS = (
    Prompts("a dark photo", "a bright photo"),
    Prompts("an underexposed picture", "a well-exposed picture"),
    Prompts("this scene was taken at night", "this scene was taken in daylight"),
    Prompts("murky", "radiant"),
)


def _measure_light(guide: ClipGuide, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return how the prompts rank the pictures of pairs, and ladders of the bright ones."""
    highs = distinct_highs(pairs)
    return {
        "prompts": asdict(guide.prompts),
        "pairs": {"count": len(pairs)} | _rounded(asdict(score_pairs(guide, pairs))),
        "ladders_of_highs": _ladders(score_ladders(guide, highs)),
    }


def _measure_sets(
    guide: ClipGuide, sets: dict[str, Sequence[Pixels]], bright: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return, for each set, how its pictures are classified and ranked below bright ones.

    ``called_bright`` is the share that is nearer to the high prompt than to the low one;
    ``below_bright`` is the share of pairs with a picture of the sets ``bright`` in correct order.
    """
    lightness = {name: lightness_of(guide, pictures) for name, pictures in sets.items()}
    above = [value for name in bright for value in lightness[name]]
    table = {}
    for name, values in lightness.items():
        row = {
            "pictures": len(values),
            "called_bright": fmean(value > 0 for value in values),
            "lightness": fmean(values),
        }
        if name not in bright:
            row["below_bright"] = share_below(values, above)
        table[name] = _rounded(row)
    return table


def read_sets(folder: Path) -> dict[str, Sequence[Pixels]]:
    """Return the pictures of a folder, grouped by their names up to the first underscore."""
    sets: dict[str, list[Pixels]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in IMAGE_SUFFIXES:
            sets.setdefault(path.stem.split("_")[0], []).append(read_pixels(path))
    return dict(sets)


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--photographs", type=Path, required=True, help="each tenth is measured")
    parser.add_argument("--dark", type=Path, required=True)
    parser.add_argument("--guide", default="dusk-guide")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    guide = load_guide(options.guide)
    pairs = read_pairs(options.pairs, options.split)
    _, photographs = held_out(read_photographs(options.photographs))
    if not photographs:
        parser.error("--photographs needs at least ten pictures: each tenth is measured")
    sets: dict[str, Sequence[Pixels]] = {
        "highs": distinct_highs(pairs),
        "photographs": photographs,
        "lows": [pair.low for pair in pairs],
        **read_sets(options.dark),
    }
    result = {
        "name": guide.name,
        "command": f"python -m measurements.text_guide --pairs {options.pairs.name}"
        f" --split {options.split} --photographs {options.photographs.name}"
        f" --dark {options.dark.name} --guide {Path(options.guide).stem}"
        f" --out {options.out.name}",
        "exposures": EXPOSURES,
        **_measure_light(guide, pairs),
        "ladders_of_photographs": _ladders(score_ladders(guide, photographs)),
        "sets": _measure_sets(guide, sets, ("highs", "photographs")),
        "gradient_brightens": _rounded(
            {name: share_brightened(guide, sets[name]) for name in ("lows", "highs")}
        ),
        "other_prompts": [_measure_light(guide.with_prompts(p), pairs) for p in _OTHER_PROMPTS],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def _ladders(scores: LadderScores) -> dict[str, Any]:
    return {
        **_rounded({k: v for k, v in asdict(scores).items() if k != "lightness"}),
        "lightness": [round(value, 4) for value in scores.lightness],
    }


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4) for key, value in values.items()}


if __name__ == "__main__":
    main()
