"""``llc integrate``: show ``.llc`` files in the file managers of Linux."""

import os
from typing import Annotated

import typer

from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._problems import print_problem
from llcodec.cli._text import printable

_EXAMPLES = examples("llc integrate --user", "llc integrate --user --remove")

app = new_app()

User = Annotated[
    bool, typer.Option("--user", help="For this user, below ~/.local/share ($XDG_DATA_HOME).")
]
Remove = Annotated[bool, typer.Option("--remove", help="Remove what was installed.")]


@app.command(cls=Command, epilog=_EXAMPLES)
def integrate(user: User = False, remove: Remove = False) -> None:
    """Show .llc files as images in the file managers of Linux.

    Installs their type (image/x-llc) and a thumbnailer that runs llc decode.
    """
    from llcodec import _desktop

    if not user:
        raise typer.BadParameter("give --user: packages do this for all users")
    _desktop.check_platform()
    folder = _desktop.data_folder(os.environ)
    changed = _desktop.remove(folder) if remove else _desktop.install(folder)
    word = "removed" if remove else "wrote"
    for path in changed:
        typer.echo(printable(f"{word} {path}"))
    if not changed:
        typer.echo("nothing to remove")
    elif not _desktop.update_database(folder):
        print_problem(
            "update-mime-database is not installed: desktops may not know the type until it has "
            f"run on {folder / 'mime'} (package shared-mime-info)"
        )
