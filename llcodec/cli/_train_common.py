"""What the trainings share: options, and how a run that was stopped ends."""

from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _options
from llcodec.cli._exit_codes import STOPPED

Data = Annotated[
    list[Path],
    typer.Option(
        metavar="DIR",
        help="Folder of pairs (pairs.csv, or low/ and high/) or photographs. Repeatable.",
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Run folder: recipe, logs, checkpoints.")
]
Preset = Annotated[str, typer.Option(metavar="NAME", help="Train this preset with its recipe.")]
RecipeFile = Annotated[
    Path | None,
    typer.Option("--recipe", metavar="FILE", help="Use a recipe of your own (.toml) instead."),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change the recipe, e.g. seed=3. Repeatable."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Resume the run in DIR exactly where it stopped.")
]
MaxHours = Annotated[
    float,
    typer.Option(metavar="HOURS", show_default=False, help="Stop after this time, as Ctrl-C does."),
]
DeviceName = Annotated[
    str, typer.Option("--device", metavar="auto|cpu|cuda", help="Where to train.")
]
WithTensorBoard = Annotated[
    bool, typer.Option("--tensorboard", help="Write TensorBoard events too.")
]
Threads = _options.Threads


def end_run(out: Path, *, done: bool, how: str = "continue with --resume") -> None:
    """Say ``how`` to continue the run in ``out``, unless the training is ``done``.

    Raises typer.Exit with the code ``STOPPED`` then, so that no script continues with half a run.
    """
    if not done:
        typer.echo(f"stopped; {how} ({out})", err=True)
        raise typer.Exit(STOPPED)
