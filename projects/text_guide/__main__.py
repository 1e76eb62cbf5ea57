"""``python -m projects.text_guide``: train a small model of pictures and texts.

It learns to distinguish dark from bright for the text guidance of NeRCo if CLIP is not available.
It is not CLIP: two small towers of open_clip learn from pictures whose captions state their
exposure, noise and colour cast. Ctrl-C writes a checkpoint and ends with exit code 75.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from llcodec.data.folders import DataFolders
from llcodec.errors import LlcError
from llcodec.training.run_options import RunOptions
from projects.text_guide.contrast import TextGuideRecipe
from projects.text_guide.training_run import run_text_guide

STOPPED = 75  # as in `llc train`: no error, but the training is not finished


def main(arguments: Sequence[str] | None = None) -> int:
    """Train a guide with the options of the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    try:
        recipe = TextGuideRecipe(steps=options.steps, batch=options.batch, seed=options.seed)
        run = RunOptions(options.resume, options.max_hours, "cpu", options.tensorboard)
        folders = DataFolders.sort(options.data)
        done = run_text_guide(folders, recipe, options.out, options.name, run)
    except LlcError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if not done:
        print(f"stopped; continue with --resume ({options.out})", file=sys.stderr)
        return STOPPED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m projects.text_guide",
        description="Train a text guide for NeRCo where CLIP is not available; it is not CLIP.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="DIR",
        help="folder of pairs (pairs.csv, or low/ and high/) or of photographs; repeatable",
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="DIR", help="run folder: logs, checkpoints"
    )
    parser.add_argument("--name", default="text-guide", help="name of the guide")
    parser.add_argument("--steps", type=_count, default=1000, help="optimiser steps")
    parser.add_argument("--batch", type=int, default=48, help="pictures in a step")
    parser.add_argument("--seed", type=int, default=0, help="seed of all random numbers")
    parser.add_argument("--resume", action="store_true", help="continue the run in the folder")
    parser.add_argument("--max-hours", type=float, default=math.inf, help="stop after this time")
    parser.add_argument("--tensorboard", action="store_true", help="write TensorBoard events too")
    parser.add_argument("--threads", type=_count, help="number of threads")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


if __name__ == "__main__":
    sys.exit(main())
