"""``llc train nerco``: enhancement that learns from unpaired pictures."""

import math
from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _train_options as options
from llcodec.cli._train_end import end_run


def nerco(
    dark: Annotated[
        list[Path],
        typer.Option(help="Folder of dark pictures, or of pairs: their dark halves. Repeatable."),
    ],
    bright: Annotated[
        list[Path],
        typer.Option(help="Folder of bright pictures of other scenes. Repeatable."),
    ],
    out: options.Out,
    validate: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of pairs to measure with, never to learn from. Repeatable."),
    ] = None,
    preset: options.Preset = "nerco-compact",
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    device: options.DeviceName = "auto",
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train NeRCo from dark and bright pictures that need not show the same.

    Text guidance needs the extra "nerco". Ctrl-C ends with a checkpoint and exit code 75.
    """
    from llcodec.cli._threads import use_threads
    from llcodec.training.nerco_recipe import NERCO
    from llcodec.training.nerco_run import NercoFolders, run_nerco
    from llcodec.training.recipe_files import read_recipe
    from llcodec.training.run_options import RunOptions

    use_threads(threads)
    chosen = read_recipe(preset if recipe is None else str(recipe), NERCO, changes or ())
    folders = NercoFolders(dark, bright, validate or ())
    run = RunOptions(resume, max_hours, device, tensorboard)
    done = run_nerco(chosen, folders, out, run)
    end_run(out, done=done)
