"""How a training that was stopped ends: a line that tells how to go on, and a code of its own."""

from pathlib import Path

import typer

STOPPED = 75  # EX_TEMPFAIL of sysexits.h: nothing is wrong, but there is more to do


def end_run(out: Path, *, done: bool, how: str = "go on with --resume") -> None:
    """Tell ``how`` to go on with the run folder ``out``, unless the training is ``done``.

    Raises typer.Exit with the code ``STOPPED`` then, so that no script goes on with half a run.
    """
    if not done:
        typer.echo(f"stopped; {how} ({out})", err=True)
        raise typer.Exit(STOPPED)
