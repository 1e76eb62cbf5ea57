"""``llc train text-guide``: a small model of pictures and texts that tells dark from bright."""

import math
from typing import Annotated

import typer

from llcodec.cli import _train_common as options
from llcodec.cli._train_common import end_run


def text_guide(
    data: options.Data,
    out: options.Out,
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the guide.")] = "text-guide",
    steps: Annotated[int, typer.Option(min=1, metavar="N", help="Optimiser steps.")] = 1000,
    batch: Annotated[int, typer.Option(min=2, metavar="N", help="Batch size.")] = 48,
    seed: Annotated[int, typer.Option(metavar="N", help="Random seed.")] = 0,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train a text guide for NeRCo where CLIP is not at hand; it is not CLIP.

    Two small towers of open_clip learn from pictures whose captions state their exposure, noise
    and colour cast. Ctrl-C writes a checkpoint and ends with exit code 75.
    """
    from llcodec.cli._options import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.training.run_options import RunOptions
    from llcodec.training.text_contrast import TextGuideRecipe
    from llcodec.training.text_guide_run import run_text_guide

    use_threads(threads)
    recipe = TextGuideRecipe(steps=steps, batch=batch, seed=seed)
    folders = DataFolders.sort(data)
    run = RunOptions(resume, max_hours, "cpu", tensorboard)
    done = run_text_guide(folders, recipe, out, name, run)
    end_run(out, done=done)
