"""``llc train text-guide``: a small model of pictures and texts that tells dark from bright."""

import math
from pathlib import Path
from typing import Annotated

import typer


def text_guide(
    data: Annotated[
        list[Path],
        typer.Option(help="Folder of pairs (pairs.csv) or of photographs; both kinds. Repeatable."),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Run folder: settings, log, checkpoint, guide.")
    ],
    name: Annotated[str, typer.Option(help="The guide's name.")] = "text-guide",
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps.")] = 1000,
    batch: Annotated[int, typer.Option(min=2, help="Pictures of a step.")] = 48,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on exactly where the run folder ended.")
    ] = False,
    max_hours: Annotated[
        float, typer.Option(help="Stop with a checkpoint after so many hours.")
    ] = math.inf,
    threads: Annotated[int | None, typer.Option(help="Processor threads.")] = None,
) -> None:
    """Train a text guide for NeRCo where CLIP is not at hand; it is not CLIP.

    Two small towers of open_clip learn from pictures whose captions state their exposure, noise
    and colour cast. Ctrl-C ends with a checkpoint.
    """
    from llcodec.cli._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.training.text_contrast import TextGuideRecipe
    from llcodec.training.text_guide_run import run_text_guide

    use_threads(threads)
    recipe = TextGuideRecipe(steps=steps, batch=batch, seed=seed)
    folders = DataFolders.sort(data)
    if not run_text_guide(folders, recipe, out, name, resume=resume, max_hours=max_hours):
        typer.echo(f"stopped; go on with --resume ({out})", err=True)
