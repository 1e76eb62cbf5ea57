"""The commands of ``llc``. To add one, write its file and name it here."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

from llcodec._version import __version__
from llcodec.cli._exit_codes import MEANINGS
from llcodec.cli._help import Group, examples

# In the order of the help. Each is the name of a module here whose ``app`` has the command.
_NAMES = (
    *("encode", "decode", "enhance", "info", "verify", "share", "integrate", "help"),
    *("batch", "bench", "data", "models", "train"),
)

_EXIT_CODES = "\n".join(
    ["\b", "Exit codes:", *(f"  {code:<4} {meaning}" for code, meaning in MEANINGS.items())]
)


class _Commands(Mapping[str, Any]):
    """Commands by name, each imported when it is asked for: importing all takes 40 ms."""

    def __getitem__(self, name: str) -> Any:
        if name not in _NAMES:
            raise KeyError(name)
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


@cache
def _command(name: str) -> Any:
    command: Any = typer.main.get_command(import_module(f"llcodec.cli.{name}").app)
    command.name = name
    return command


class _Llc(Group):
    """The group of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = _Commands()


app = typer.Typer(
    cls=_Llc,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\n\n".join(
        [
            examples(
                "llc encode dark.jpg small.llc      # a small file ...",
                "llc decode small.llc bright.png    # ... and a bright image of it",
                "llc enhance dark.jpg               # dark-enhanced.jpg, no .llc in between",
                "llc help encode                    # the help of a command",
            ),
            _EXIT_CODES,
        ]
    ),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"llc {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _llc(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Make dark photographs small and bright."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
