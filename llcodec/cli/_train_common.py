"""What the trainings share: options, and how a run that was stopped ends."""

from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _options
from llcodec.cli._exit_codes import STOPPED

Data = Annotated[
    list[Path],
    typer.Option(help="Folder of pairs (pairs.csv, or low/ and high/) or photographs. Repeatable."),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Run folder: recipe, logs, checkpoints.")]
Preset = Annotated[str, typer.Option(help="Preset whose shipped recipe is used.")]
RecipeFile = Annotated[
    Path | None, typer.Option("--recipe", help="A recipe of your own, *.toml, instead.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change of the recipe, as in seed=3. Repeatable."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on exactly where the run folder ended.")]
MaxHours = Annotated[float, typer.Option(help="Stop after so many hours, as Ctrl-C does.")]
DeviceName = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
WithTensorBoard = Annotated[
    bool, typer.Option("--tensorboard", help="Write TensorBoard events as well.")
]
Threads = _options.Threads


def end_run(out: Path, *, done: bool, how: str = "go on with --resume") -> None:
    """Tell ``how`` to go on with the run folder ``out``, unless the training is ``done``.

    Raises typer.Exit with the code ``STOPPED`` then, so that no script goes on with half a run.
    """
    if not done:
        typer.echo(f"stopped; {how} ({out})", err=True)
        raise typer.Exit(STOPPED)
