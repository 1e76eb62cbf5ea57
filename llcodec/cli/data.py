"""``llc data``: list, check and prepare the data sets of the papers."""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from llcodec._progress import Bars
from llcodec.cli import _data_report as report
from llcodec.cli._help import Command, new_app
from llcodec.cli._problems import print_problem
from llcodec.cli._text import printable

_THREADS = min(4, os.cpu_count() or 1)

app = new_app(no_args_is_help=True, help="List, check and prepare data sets.")

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", show_default=False, help="Show the details of these."),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name from llc data list.")]
Root = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the data set.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", show_default=False, help="Folder to write to."),
]
Size = Annotated[
    str | None,
    typer.Option(metavar="WxH", show_default=False, help="Resize all images, e.g. 960x512."),
]
Val = Annotated[
    int, typer.Option(min=0, metavar="N", help="Move N scenes of the split train to the split val.")
]
Threads = Annotated[
    int, typer.Option(min=1, metavar="N", help="Files that are converted in parallel.")
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite pairs.csv in DIR.")]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object per line on standard output.")
]


@app.command("list", cls=Command)
def list_sets(names: Names = None, json: Json = False) -> None:
    """List data sets: one line each, or the details of some."""
    from llcodec.data.registry import REGISTRY, find

    chosen = [find(name) for name in names] if names else list(REGISTRY.values())
    for dataset in chosen:
        if json:
            _print_json(report.entry_record(dataset))
        else:
            _print(report.entry_lines(dataset) if names else report.brief_lines(dataset))


@app.command(cls=Command)
def check(name: Name, root: Root, json: Json = False) -> None:
    """Check a folder with a data set for missing and wrong files.

    The exit code is 0 only if the data set is complete.
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


@app.command(cls=Command)
def prepare(
    name: Name,
    root: Root,
    out: Out = None,
    size: Size = None,
    val: Val = 0,
    threads: Threads = _THREADS,
    force: Force = False,
) -> None:
    """Prepare a data set for training.

    Writes pairs.csv, a table of the pairs. With --out, images are copied, and .npy and RAW files
    are converted to PNG; existing files are kept. Without it, only the table is written.
    """
    from llcodec.data.prepare import PrepareOptions, prepare
    from llcodec.data.registry import find

    dataset = find(name)
    options = PrepareOptions(dataset, root, out, _dimensions(size), val, threads, force)
    with Bars() as bars:
        prepared = prepare(options, partial(bars.show, "files"))
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
