"""``llc models``: list, check and find weight files."""

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from llcodec._threads import use_threads
from llcodec.cli import _options as options
from llcodec.cli._batch import run_batch
from llcodec.cli._help import Command, new_app
from llcodec.cli._model_checks import describe, facts
from llcodec.cli._plan import Job, Plan
from llcodec.cli._report import Record, Style
from llcodec.cli._text import printable
from llcodec.cli._work import Worker

app = new_app(help="List, check and find the shipped models.")

_SUFFIX = ".safetensors"

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME|PATH",
        show_default=False,
        help="Shipped models or weight files (.safetensors). By default, all shipped models.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name from llc models list.")]


@app.callback(invoke_without_command=True)
def _models(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list", cls=Command)
def list_models(json: options.Json = False) -> None:
    """List the shipped models.

    Shows kind (codecs enhance too), file size, the hash that .llc files refer to, preset, and
    training.
    """
    plan = Plan(tuple(Job(name) for name in _shipped()), ())
    style = Style(json=json, on_stdout=True)
    raise typer.Exit(run_batch(plan, lambda: facts, describe, style))


@app.command(cls=Command)
def verify(
    names: Names = None,
    threads: options.Threads = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check models.

    Checks the SHA-256 of shipped files and the bounds of exact decoding, then codes or enhances a
    small image.
    """

    def prepare() -> Worker:
        use_threads(threads)
        return _verified

    plan = Plan(tuple(Job(name) for name in names or _shipped()), ())
    style = Style(json=json, quiet=quiet, on_stdout=True)
    raise typer.Exit(run_batch(plan, prepare, lambda r: printable(f"{r['name']}: OK"), style))


@app.command(cls=Command)
def path(name: Name) -> None:
    """Print the path of a shipped model."""
    from llcodec._shipped import shipped_file

    typer.echo(shipped_file(name))


@app.command(cls=Command)
def web(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|PATH", help="A shipped codec, or the weight file (.safetensors) of one."
        ),
    ],
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="OUT", show_default=False, help="The file."),
    ],
    detail: options.Detail = None,
    look: options.Look = None,
    force: options.Force = False,
) -> None:
    """Write a codec as the file that browsers decode with.

    It has what decoding needs, and no more, and is about half as large as the weight file.
    """
    from llcodec.cli._output import write_output
    from llcodec.codec.models import load_model
    from llcodec.sharing.web_model import web_model

    chosen = options.chosen_detail(detail, look)
    write_output(output, web_model(load_model(name), chosen, look), force=force)


def _shipped() -> list[str]:
    from llcodec._shipped import shipped_files
    from llcodec.errors import UnknownModelError

    names = list(shipped_files())
    if not names:
        raise UnknownModelError("no models came with this installation")
    return names


def _verified(job: Job) -> Record:
    from llcodec.cli._model_checks import try_out
    from llcodec.errors import ModelError

    start = perf_counter()
    try:
        file = _file(job.source)
        tried = try_out(file)
    except ModelError as error:  # the printed line already names the source
        raise type(error)(str(error).removeprefix(f"{job.source}: ")) from error
    seconds = round(perf_counter() - start, 3)
    return {"name": job.source, "path": str(file), **tried, "seconds": seconds}


def _file(name: str) -> Path:
    """Return the weight file of a name or path, a shipped one with its checksum compared.

    Raises UnknownModelError, BrokenModelError.
    """
    from llcodec._shipped import check_shipped, shipped_file, shipped_files

    if name not in shipped_files() and (name.endswith(_SUFFIX) or Path(name).is_file()):
        return Path(name)
    file = shipped_file(name)
    check_shipped(file)
    return file
