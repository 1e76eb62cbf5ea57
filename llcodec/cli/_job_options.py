"""Options that the commands of ``llc batch`` share."""

from typing import Annotated

import typer

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="SOURCE",
        show_default=False,
        help="A folder, a file, a quoted glob, a list (.parquet or .csv with a column of paths), "
        "or WebDataset shards (.tar; a glob, or numbers in braces): a path, or a URL such as "
        "s3://...",
    ),
]
Target = Annotated[
    str,
    typer.Option(
        "-o", "--output", metavar="TARGET", show_default=False, help="Folder or URL of the outputs."
    ),
]
ManifestFolder = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        metavar="TARGET",
        show_default=False,
        help="Folder or URL whose _manifest gets the results.",
    ),
]
Manifest = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        show_default="TARGET/_manifest",
        help="Folder of the manifest: Parquet files with a row for each file.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Continue a job: skip complete outputs, by size and checksum."),
]
RetryFailed = Annotated[
    str | None,
    typer.Option(
        metavar="MANIFEST", show_default=False, help="Do what failed in this manifest again."
    ),
]
Column = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        show_default="path, source, url or target",
        help="Column of a list that holds the paths.",
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        show_default="the folder of the list",
        help="Folder whose structure outputs of a list keep.",
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        show_default=False,
        help="Ray cluster to use (auto: the one of this machine). By default, Ray is started here.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", show_default=False, help="Worker processes. By default, one per CPU."
    ),
]
Gpus = Annotated[
    float,
    typer.Option(
        "--gpus-per-worker",
        min=0,
        metavar="SHARE",
        show_default=False,
        help="GPUs that a worker needs; 0.25 puts four on each. Give --device cuda as well.",
    ),
]
WorkerThreads = Annotated[
    int, typer.Option("--threads", min=1, metavar="N", help="CPU threads of a worker.")
]
MaxMegapixels = Annotated[
    float | None,
    typer.Option(
        min=1,
        metavar="N",
        show_default="25 for each worker",
        help="Megapixels in work on one node at once.",
    ),
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Do everything again.")]
