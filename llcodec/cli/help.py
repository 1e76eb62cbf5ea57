"""``llc help``: show the help of a command."""

from typing import Annotated, Any

import typer

from llcodec.cli._help import Command, Group, examples, new_app

app = new_app()


@app.command("help", cls=Command, epilog=examples("llc help encode", "llc help models list"))
def show_help(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND", show_default=False, help="A command.")
    ] = None,
) -> None:
    """Show the help of a command."""
    shown: Any = context.find_root()
    for name in names or ():
        command = shown.command
        found = command.get_command(shown, name) if isinstance(command, Group) else None
        if found is None:
            raise typer.BadParameter(f"there is no command {shown.command_path} {name}")
        shown = found.make_context(name, [], parent=shown, resilient_parsing=True)
    typer.echo(shown.get_help())
