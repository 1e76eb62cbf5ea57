"""``llc train``: the codec with all its stages, the tone network, and the weight file of them."""

import math
from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _train_options as options
from llcodec.cli._train_end import end_run
from llcodec.cli._train_nerco import nerco
from llcodec.cli._train_snr_aware import snr_aware

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command()(nerco)
app.command("snr-aware")(snr_aware)


@app.command()
def codec(
    data: options.Data,
    out: options.Out,
    preset: options.Preset = "fast",
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    start: Annotated[
        Path | None,
        typer.Option(help="Checkpoint or weight file that takes the place of the plain stage."),
    ] = None,
    narrow: Annotated[
        Path | None,
        typer.Option(help="Checkpoint of a plain codec with fewer latents to start from."),
    ] = None,
    tone_weights: Annotated[
        Path | None,
        typer.Option("--tone", help="Weights (or a weight file) in place of the tone stage."),
    ] = None,
    device: options.DeviceName = "auto",
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train a codec: tone network, plain codec on photographs, joint network on pairs.

    Ctrl-C ends with a checkpoint and exit code 75. Works under torchrun.
    """
    from llcodec.cli._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.training.codec_run import CodecRunOptions, run_recipe
    from llcodec.training.recipe import CODEC
    from llcodec.training.recipe_files import read_recipe

    use_threads(threads)
    run = CodecRunOptions(resume, max_hours, device, tensorboard, start, narrow, tone_weights)
    chosen = read_recipe(preset if recipe is None else str(recipe), CODEC, changes or ())
    done = run_recipe(chosen, DataFolders.sort(data), out, run)
    end_run(out, done=done)


@app.command()
def tone(
    data: options.Data,
    out: options.Out,
    preset: options.Preset = "fast",
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    max_hours: options.MaxHours = math.inf,
    threads: options.Threads = None,
) -> None:
    """Train the global tone network alone; the best on the val splits is kept, for each member.

    Ctrl-C keeps the members that are finished, and ends with exit code 75.
    """
    from llcodec.cli._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.errors import InputError
    from llcodec.training.processes import refuse_several_processes
    from llcodec.training.recipe import CODEC
    from llcodec.training.recipe_files import read_recipe
    from llcodec.training.tone_run import run_tone

    refuse_several_processes()
    use_threads(threads)
    chosen = read_recipe(preset if recipe is None else str(recipe), CODEC, changes or ())
    if chosen.tone is None:
        raise InputError("this recipe has no tone stage")
    members, folders = chosen.preset.tone_members, DataFolders.sort(data)
    done = run_tone(folders, chosen.tone, out, chosen.seed, members, max_hours)
    end_run(out, done=done, how="run it again to go on")


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint.safetensors of a run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The weight file, *.safetensors.")],
    data: Annotated[
        list[Path] | None, typer.Option(help="Folder of pairs; codecs need one. Repeatable.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The model's name; the preset's if not given.")
    ] = None,
    lambdas: Annotated[
        str | None,
        typer.Option(help="Spread the qualities over these eight λ, not those of the training."),
    ] = None,
) -> None:
    """Write the averaged weights of any run as a weight file: of a codec or an enhancer.

    The val splits of the data show the ranges of a codec's activations.
    """
    from llcodec.data.folders import DataFolders
    from llcodec.training.weight_files import export_run

    spread = None if lambdas is None else _numbers(lambdas)
    export_run(checkpoint, DataFolders.sort(data or ()), name, out, spread)


def _numbers(text: str) -> list[float]:
    from llcodec.errors import InputError

    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--lambdas: {text!r} are no numbers with commas between") from None
