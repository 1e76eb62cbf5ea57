"""The commands of ``llc``. To add one, write its file and register it here."""

from typing import Annotated, Any

import typer

from llcodec._version import __version__
from llcodec.cli._exit_codes import MEANINGS
from llcodec.cli._help import Command, Group, examples
from llcodec.cli.batch import app as batch
from llcodec.cli.bench import app as bench
from llcodec.cli.data import app as data
from llcodec.cli.decode import EXAMPLES as DECODE_EXAMPLES
from llcodec.cli.decode import decode
from llcodec.cli.encode import EXAMPLES as ENCODE_EXAMPLES
from llcodec.cli.encode import encode
from llcodec.cli.enhance import EXAMPLES as ENHANCE_EXAMPLES
from llcodec.cli.enhance import enhance
from llcodec.cli.info import info
from llcodec.cli.integrate import EXAMPLES as INTEGRATE_EXAMPLES
from llcodec.cli.integrate import integrate
from llcodec.cli.models import app as models
from llcodec.cli.share import EXAMPLES as SHARE_EXAMPLES
from llcodec.cli.share import share
from llcodec.cli.train import app as train
from llcodec.cli.verify import verify

_EXIT_CODES = "\n".join(
    ["\b", "Exit codes:", *(f"  {code:<4} {meaning}" for code, meaning in MEANINGS.items())]
)

app = typer.Typer(
    cls=Group,
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

app.command(cls=Command, epilog=ENCODE_EXAMPLES)(encode)
app.command(cls=Command, epilog=DECODE_EXAMPLES)(decode)
app.command(cls=Command, epilog=ENHANCE_EXAMPLES)(enhance)
app.command(cls=Command, epilog=examples("llc info small.llc", "llc info --json archive/"))(info)
app.command(cls=Command, epilog=examples("llc verify archive/", "llc verify --quiet *.llc"))(verify)
app.command(cls=Command, epilog=SHARE_EXAMPLES)(share)
app.add_typer(batch, name="batch", help="Encode, decode, enhance or verify on a cluster.")
app.add_typer(bench, name="bench", help="Compare codecs, enhancers and the joint network.")
app.add_typer(data, name="data", help="List, check and prepare data sets.")
app.add_typer(models, name="models", help="List, check and find the shipped models.")
app.command(cls=Command, epilog=INTEGRATE_EXAMPLES)(integrate)
app.add_typer(train, name="train", help="Train networks and export weight files.")


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
