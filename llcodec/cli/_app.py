"""The commands of ``llc``: to add one, write its file and register it here."""

from typing import Annotated

import typer

from llcodec._version import __version__
from llcodec.cli.bench import app as bench
from llcodec.cli.data import app as data
from llcodec.cli.decode import decode
from llcodec.cli.encode import encode
from llcodec.cli.enhance import enhance
from llcodec.cli.info import info
from llcodec.cli.models import app as models
from llcodec.cli.train import app as train
from llcodec.cli.verify import verify

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(encode)
app.command()(decode)
app.command()(enhance)
app.command()(info)
app.command()(verify)
app.add_typer(bench, name="bench", help="Compare codecs, enhancers and the joint network.")
app.add_typer(data, name="data", help="List, check and prepare data sets.")
app.add_typer(models, name="models", help="List, check and find the models that shipped.")
app.add_typer(train, name="train", help="Train networks and export weight files.")


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
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Make dark photographs small and bright."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
