"""``llc train``: the tone network, both stages of the codec, and the weight file of them."""

import math
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Pairs = Annotated[
    list[Path],
    typer.Option(help="Folder of pairs: pairs.csv, or low/ and high/. Repeatable."),
]
Photographs = Annotated[
    list[Path], typer.Option(help="Folder of well-exposed photographs. Repeatable.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Run folder: config, log, checkpoint.")]
Steps = Annotated[int | None, typer.Option(help="Optimiser steps; the recipe's own if not given.")]
Crop = Annotated[int | None, typer.Option(help="Size of the crops in pixels, a multiple of 64.")]
Rate = Annotated[float | None, typer.Option(help="Peak learning rate.")]
Seed = Annotated[int, typer.Option(help="Seed of all random numbers.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where the run folder ended.")]
MaxHours = Annotated[float, typer.Option(help="Stop with a checkpoint after so many hours.")]
Threads = Annotated[int | None, typer.Option(help="Processor threads.")]


@app.command()
def tone(
    pairs: Pairs,
    photographs: Photographs,
    out: Out,
    steps: Steps = None,
    seed: Seed = 0,
    threads: Threads = None,
) -> None:
    """Train the global tone network; the best on the val split is kept as tone.safetensors."""
    from llcodec.cli._threads import use_threads
    from llcodec.training.runs import DataFolders, run_tone
    from llcodec.training.tone import ToneRecipe

    use_threads(threads)
    recipe = ToneRecipe() if steps is None else ToneRecipe(steps=steps)
    run_tone(DataFolders(pairs, photographs), recipe, out, seed)


@app.command()
def plain(
    pairs: Pairs,
    photographs: Photographs,
    out: Out,
    steps: Steps = None,
    crop: Crop = None,
    learning_rate: Rate = None,
    seed: Seed = 0,
    resume: Resume = False,
    max_hours: MaxHours = math.inf,
    threads: Threads = None,
) -> None:
    """Train stage A: a plain codec on photographs and the bright halves of pairs."""
    from llcodec.cli._threads import use_threads
    from llcodec.training.recipe import codec_recipe
    from llcodec.training.runs import DataFolders, run_plain

    use_threads(threads)
    recipe = codec_recipe("plain", steps, crop, learning_rate, seed)
    data = DataFolders(pairs, photographs)
    run_plain(data, recipe, out, resume=resume, max_hours=max_hours)


@app.command()
def joint(
    pairs: Pairs,
    photographs: Photographs,
    out: Out,
    start: Annotated[Path, typer.Option(help="Checkpoint of the run to start from.")],
    tone_weights: Annotated[
        Path, typer.Option("--tone", help="The tone.safetensors of a tone run.")
    ],
    steps: Steps = None,
    crop: Crop = None,
    learning_rate: Rate = None,
    seed: Seed = 0,
    resume: Resume = False,
    max_hours: MaxHours = math.inf,
    threads: Threads = None,
) -> None:
    """Train stage B: the whole network on dark and bright pictures."""
    from llcodec.cli._threads import use_threads
    from llcodec.training.recipe import codec_recipe
    from llcodec.training.runs import DataFolders, run_joint

    use_threads(threads)
    run_joint(
        DataFolders(pairs, photographs),
        codec_recipe("joint", steps, crop, learning_rate, seed),
        out,
        start=start,
        tone=tone_weights,
        resume=resume,
        max_hours=max_hours,
    )


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint.safetensors of a run.")],
    pairs: Pairs,
    out: Annotated[Path, typer.Option("--out", "-o", help="The weight file, *.safetensors.")],
    name: Annotated[str, typer.Option(help="The model's name, as files will state it.")] = "fast",
) -> None:
    """Write the averaged weights of a run as a weight file that encodes and decodes."""
    from llcodec.training.runs import DataFolders, export_run

    export_run(checkpoint, DataFolders(pairs, ()), name, out)
