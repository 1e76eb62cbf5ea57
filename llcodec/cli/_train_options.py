"""The options that the trainings share."""

from pathlib import Path
from typing import Annotated

import typer

from llcodec.cli import _options

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
