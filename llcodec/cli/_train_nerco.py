"""``llc train nerco``: enhancement that learns from unpaired pictures."""

import math
from pathlib import Path
from typing import Annotated

import typer


def nerco(
    dark: Annotated[
        list[Path],
        typer.Option(help="Folder of dark pictures, or of pairs: their dark halves. Repeatable."),
    ],
    bright: Annotated[
        list[Path],
        typer.Option(help="Folder of bright pictures of other scenes. Repeatable."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Run folder: recipe, log, checkpoint.")],
    validate: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of pairs to measure with, never to learn from. Repeatable."),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="Preset whose shipped recipe is used.")
    ] = "nerco-compact",
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="A recipe of your own, *.toml, instead.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change of the recipe, as in steps=5000. Repeatable."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on exactly where the run folder ended.")
    ] = False,
    max_hours: Annotated[
        float, typer.Option(help="Stop with a checkpoint after so many hours.")
    ] = math.inf,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write TensorBoard events as well.")
    ] = False,
    threads: Annotated[int | None, typer.Option(help="Processor threads.")] = None,
) -> None:
    """Train NeRCo from dark and bright pictures that need not show the same.

    Text guidance needs the extra "nerco". Ctrl-C ends with a checkpoint.
    """
    from llcodec.cli._threads import use_threads
    from llcodec.training.nerco_run import NercoFolders, NercoRunOptions, run_nerco
    from llcodec.training.recipe_files import NERCO, read_recipe

    use_threads(threads)
    chosen = read_recipe(preset if recipe is None else str(recipe), NERCO, changes or ())
    folders = NercoFolders(dark, bright, validate or ())
    options = NercoRunOptions(resume, max_hours, device, tensorboard)
    if not run_nerco(chosen, folders, out, options):
        typer.echo(f"stopped; go on with --resume ({out})", err=True)
