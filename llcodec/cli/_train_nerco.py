"""``llc train nerco``: enhancement that learns from unpaired pictures."""

import math
from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _train_common as options
from llcodec.cli._train_common import chosen_recipe, end_run


def nerco(
    dark: Annotated[
        list[Path],
        typer.Option(
            metavar="DIR", help="Folder of dark images, or of pairs (their dark half). Repeatable."
        ),
    ],
    bright: Annotated[
        list[Path],
        typer.Option(metavar="DIR", help="Folder of bright images of other scenes. Repeatable."),
    ],
    out: options.Out,
    validate: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Folder of pairs to validate with. Repeatable."),
    ] = None,
    lpips: options.Lpips = None,
    preset: options.Preset = "nerco-compact",
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    device: options.DeviceName = "auto",
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train NeRCo, an enhancer, from unpaired dark and bright images.

    Text guidance needs the extra "clip", and LPIPS the extra "perceptual". Ctrl-C writes a
    checkpoint and ends with exit code 75.
    """
    from llcodec._threads import use_threads
    from llcodec.training.nerco_recipe import NERCO
    from llcodec.training.nerco_run import NercoFolders, NercoRunOptions, run_nerco

    use_threads(threads)
    chosen = chosen_recipe(preset, recipe, changes, NERCO)
    folders = NercoFolders(dark, bright, validate or ())
    run = NercoRunOptions(resume, max_hours, device, tensorboard, lpips=tuple(lpips or ()))
    done = run_nerco(chosen, folders, out, run)
    end_run(out, done=done)
