"""``llc data``: the data sets of the papers, whether a folder holds one, and making it ready."""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from llcodec._progress import Bars
from llcodec.cli import _data_report as report
from llcodec.cli._problems import print_problem
from llcodec.cli._text import printable

_THREADS = min(4, os.cpu_count() or 1)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...", show_default=False, help="Show all that is known of these."
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name that llc data list shows.")]
Root = Annotated[Path, typer.Option(metavar="DIR", help="The folder that the set lies in.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", show_default=False, help="Where to write to."),
]
Size = Annotated[
    str | None,
    typer.Option(metavar="WxH", show_default=False, help="Resize everything, e.g. 960x512."),
]
Val = Annotated[
    int, typer.Option(min=0, metavar="N", help="Make N scenes of the split train the split val.")
]
Threads = Annotated[
    int, typer.Option(min=1, metavar="N", help="How many files are converted at a time.")
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite the pairs.csv in DIR.")]
Json = Annotated[bool, typer.Option("--json", help="JSON objects on standard output, one a line.")]


@app.command("list")
def list_sets(names: Names = None, json: Json = False) -> None:
    """List the data sets that llc knows, or all that it knows of some."""
    from llcodec.data.registry import REGISTRY, find

    chosen = [find(name) for name in names] if names else list(REGISTRY.values())
    for dataset in chosen:
        if json:
            _print_json(report.entry_record(dataset))
        else:
            _print(report.entry_lines(dataset) if names else [report.entry_line(dataset)])


@app.command()
def check(name: Name, root: Root, json: Json = False) -> None:
    """Say what is missing or wrong in a folder with a data set.

    The exit code is 0 only when the set is whole.
    """
    from llcodec.data.registry import check as check_set
    from llcodec.data.registry import find

    dataset = find(name)
    found = check_set(dataset, root)
    if json:
        _print_json(report.check_record(found, dataset))
    else:
        _print(report.check_lines(found, dataset))
    raise typer.Exit(0 if found.whole else 1)


@app.command()
def prepare(
    name: Name,
    root: Root,
    out: Out = None,
    size: Size = None,
    val: Val = 0,
    threads: Threads = _THREADS,
    force: Force = False,
) -> None:
    """Make a data set ready to train on.

    Pairs get a table, pairs.csv. With --out, pictures are copied, and .npy and RAW files become
    PNG; what is there already stays. Without it, only the table is written, into DIR.
    """
    from llcodec.data.prepare import Order, prepare
    from llcodec.data.registry import find

    dataset = find(name)
    order = Order(dataset, root, out, _dimensions(size), val, threads, force)
    with Bars() as bars:
        prepared = prepare(order, partial(bars.show, "files"))
    for problem in prepared.problems:
        print_problem(problem.what, problem.where)
    _print(report.prepared_lines(prepared, dataset))
    raise typer.Exit(1 if prepared.problems else 0)


def _dimensions(text: str | None) -> tuple[int, int] | None:
    """Return width and height of ``960x512``."""
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise typer.BadParameter(f"{text!r} is not a size such as 960x512")
    return int(width), int(height)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(printable(line))


def _print_json(record: report.Record) -> None:
    import json

    typer.echo(json.dumps(record))
