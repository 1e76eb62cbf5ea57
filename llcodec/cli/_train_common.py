"""What the trainings share: options, the choice of a recipe, and how a stopped run ends."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from llcodec.cli import _options
from llcodec.cli._exit_codes import STOPPED

if TYPE_CHECKING:
    from llcodec.training.recipe_files import RecipeKind

R = TypeVar("R")

Data = Annotated[
    list[str],
    typer.Option(
        metavar="DIR|SHARDS",
        help="Folder of pairs (pairs.csv, or low/ and high/) or photographs; or WebDataset shards, "
        "e.g. 's3://bucket/shard-*.tar'. Repeatable.",
    ),
]
Buffer = Annotated[
    int,
    typer.Option(
        "--shuffle-buffer",
        min=1,
        metavar="N",
        help="How many samples of each list of shards are held to be drawn from.",
    ),
]
DEFAULT_BUFFER = 512
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
    bool,
    typer.Option("--resume", help="Resume the run in DIR exactly where it stopped, or start it."),
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
Lpips = Annotated[
    list[Path] | None,
    typer.Option(
        "--lpips",
        metavar="FILE",
        help="Weights on ImageNet of a backbone of LPIPS, SqueezeNet 1.1 or AlexNet, in the order "
        "of the recipe; by default downloaded, if it weighs LPIPS. Repeatable.",
    ),
]
Threads = _options.Threads


def chosen_recipe(
    preset: str, recipe: Path | None, changes: Sequence[str] | None, kind: "RecipeKind[R]"
) -> R:
    """Return the recipe of a preset, or of a file if there is one, with the changes of ``--set``.

    Raises InputError if it cannot be read.
    """
    from llcodec.training.recipe_files import read_recipe

    return read_recipe(preset if recipe is None else str(recipe), kind, changes or ())


def end_run(out: Path, *, done: bool, how: str = "continue with --resume") -> None:
    """Say ``how`` to continue the run in ``out``, unless the training is ``done``.

    Raises typer.Exit with the code ``STOPPED`` then, so that no script continues with half a run.
    """
    if not done:
        typer.echo(f"stopped; {how} ({out})", err=True)
        raise typer.Exit(STOPPED)
