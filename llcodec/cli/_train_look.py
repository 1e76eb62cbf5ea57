"""``llc train look``: a second synthesis of a codec, for texture."""

import math
from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _train_common as options
from llcodec.cli._train_common import chosen_recipe, end_run


def look(
    start: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Weight file or checkpoint of the codec."),
    ],
    data: options.Data,
    out: options.Out,
    look_file: Annotated[
        Path | None,
        typer.Option(
            "--look",
            metavar="FILE",
            help="Look to go on from, also of another model; by default the codec itself. Give it "
            "again to resume.",
        ),
    ] = None,
    lpips: options.Lpips = None,
    shuffle_buffer: options.Buffer = options.DEFAULT_BUFFER,
    preset: options.Preset = "look-fast-2",
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    device: options.DeviceName = "auto",
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train a look: a second synthesis of a codec, with more texture.

    Everything else of the codec is frozen, so that its files stay the same.

    Ctrl-C writes a checkpoint and ends with exit code 75.
    """
    from llcodec._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.training.look_recipe import LOOK
    from llcodec.training.look_run import LookRunOptions, run_look

    use_threads(threads)
    chosen = chosen_recipe(preset, recipe, changes, LOOK)
    run = LookRunOptions(
        resume, max_hours, device, tensorboard, lpips=tuple(lpips or ()), look=look_file
    )
    done = run_look(chosen, start, DataFolders.find(data, shuffle_buffer), out, run)
    end_run(out, done=done)
