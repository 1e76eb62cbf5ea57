"""``llc train``: training of codecs and tone networks, and export of weight files."""

import math
from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _train_common as options
from llcodec.cli._help import Command, new_app
from llcodec.cli._train_common import chosen_recipe, end_run
from llcodec.cli._train_look import look
from llcodec.cli._train_nerco import nerco
from llcodec.cli._train_snr_aware import snr_aware
from llcodec.nets.presets import DEFAULT_PRESET

app = new_app(no_args_is_help=True, help="Train networks and export weight files.")
app.command(cls=Command)(look)
app.command(cls=Command)(nerco)
app.command("snr-aware", cls=Command)(snr_aware)


@app.command(cls=Command)
def codec(
    data: options.Data,
    out: options.Out,
    shuffle_buffer: options.Buffer = options.DEFAULT_BUFFER,
    preset: options.Preset = DEFAULT_PRESET,
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    start: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Checkpoint or weight file to start the joint stage from, or the plain stage "
            "where it is the only one.",
        ),
    ] = None,
    narrow: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Checkpoint of a plain codec with fewer latents to start from."
        ),
    ] = None,
    tone_weights: Annotated[
        Path | None,
        typer.Option(
            "--tone", metavar="FILE", help="Weights of the tone networks, instead of that stage."
        ),
    ] = None,
    lpips: options.Lpips = None,
    device: options.DeviceName = "auto",
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train a codec.

    Three stages: tone networks, a plain codec on photographs, the joint network on pairs.

    Ctrl-C writes a checkpoint and ends with exit code 75. Works under torchrun.
    """
    from llcodec._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.training.codec_run import CodecRunOptions, run_recipe
    from llcodec.training.recipe import CODEC

    use_threads(threads)
    run = CodecRunOptions(
        resume,
        max_hours,
        device,
        tensorboard,
        start=start,
        narrow=narrow,
        tone=tone_weights,
        lpips=tuple(lpips or ()),
    )
    chosen = chosen_recipe(preset, recipe, changes, CODEC)
    done = run_recipe(chosen, DataFolders.find(data, shuffle_buffer), out, run)
    end_run(out, done=done)


@app.command(cls=Command)
def tone(
    data: options.Data,
    out: options.Out,
    shuffle_buffer: options.Buffer = options.DEFAULT_BUFFER,
    preset: options.Preset = DEFAULT_PRESET,
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    max_hours: options.MaxHours = math.inf,
    threads: options.Threads = None,
) -> None:
    """Train the tone networks alone.

    Of each member, the checkpoint that is best on the val splits is kept.

    Ctrl-C keeps finished members and ends with exit code 75.
    """
    from llcodec._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.errors import InputError
    from llcodec.training.processes import refuse_several_processes
    from llcodec.training.recipe import CODEC
    from llcodec.training.tone_run import run_tone

    refuse_several_processes()
    use_threads(threads)
    chosen = chosen_recipe(preset, recipe, changes, CODEC)
    if chosen.tone is None:
        raise InputError("this recipe has no tone stage")
    members = chosen.preset.tone_members
    folders = DataFolders.find(data, shuffle_buffer)
    local = chosen.preset.local_tone
    done = run_tone(folders, chosen.tone, out, chosen.seed, members, max_hours, local=local)
    end_run(out, done=done, how="run it again to continue")


@app.command(cls=Command)
def export(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT", show_default=False, help="checkpoint.safetensors of a run."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Weight file (.safetensors).")
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Folder of pairs; codecs need one. Repeatable."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of the model; by default, that of its preset."),
    ] = None,
    lambdas: Annotated[
        str | None,
        typer.Option(
            metavar="λ,λ,...",
            help="Spread the qualities over these eight λ, not those of the training.",
        ),
    ] = None,
    codec_file: Annotated[
        Path | None,
        typer.Option(
            "--codec",
            metavar="FILE",
            help="Weight file of the codec of a look whose training started from a checkpoint.",
        ),
    ] = None,
) -> None:
    """Export the averaged weights of a run as a weight file.

    For codecs, the val splits of the data give the ranges of the activations.
    """
    from llcodec.data.folders import DataFolders
    from llcodec.training.weight_files import export_run

    spread = None if lambdas is None else _numbers(lambdas)
    export_run(checkpoint, DataFolders.sort(data or ()), name, out, spread, codec_file)


@app.command(cls=Command)
def snapshot(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT", show_default=False, help="checkpoint.safetensors of a run."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Snapshot (.safetensors).")
    ],
) -> None:
    """Keep the averaged weights of a run in half precision, for --start of another run.

    A snapshot has an eighth of the size of a checkpoint. It holds no state of the optimiser, so
    that a run cannot be resumed from it.
    """
    from llcodec.training.checkpoint import save_snapshot

    save_snapshot(checkpoint, out)


def _numbers(text: str) -> list[float]:
    from llcodec.errors import InputError

    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--lambdas: {text!r} is not a list of numbers with commas") from None
