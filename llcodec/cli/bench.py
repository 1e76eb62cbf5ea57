"""``llc bench``: compare codecs, enhancers and the joint network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llcodec.bench.programs import TIMEOUT
from llcodec.cli import _options as options
from llcodec.cli._bench_report import BenchLines, comparison_lines, complexity_lines
from llcodec.cli._exit_codes import FAILED
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._problems import print_problem
from llcodec.cli._text import printable

if TYPE_CHECKING:
    from llcodec.bench.options import BenchOptions

app = new_app(
    help="Compare codecs, enhancers and the joint network.",
    epilog=examples(
        "llc bench --dataset pairs/ --limit 10 -o results/",
        "llc bench --dataset photos/ --pipelines plain:base,plain:avif,plain:jpeg",
        "llc bench complexity",
    ),
)

Qualities = Annotated[
    str | None,
    typer.Option(
        metavar="Q,Q,…",
        show_default=False,
        help="Qualities on each codec's own scale. By default, eight of its own.",
    ),
]


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            show_default=False,
            help="A data set (llc data list), or a folder of pairs (low/ and high/) or pictures.",
        ),
    ] = None,
    pipelines: Annotated[
        list[str] | None,
        typer.Option(
            metavar="P,P,…",
            show_default=False,
            help="joint, ebc:ENHANCER+CODEC, cbe:CODEC+ENHANCER, plain:CODEC, enhance:ENHANCER. "
            "Repeatable. By default, joint, and LIME and the newest shipped enhancers with JPEG, "
            "AVIF and base-2.",
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the results.")
    ] = Path("bench"),
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the named data set lies.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="test, val or train. By default, the first of these that exists.",
        ),
    ] = None,
    qualities: Qualities = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Use N images only, evenly spread.")
    ] = None,
    anchor: Annotated[
        str | None,
        typer.Option(metavar="P", show_default=False, help="Pipeline that BD-rates compare with."),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, metavar="N", help="Parallel processes; times need 1.")
    ] = 1,
    vtm: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of VTM; or set LLC_VTM_DIR.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            metavar="M,M,…",
            show_default=False,
            help="Additional metrics: lpips, lpips-squeeze, dists, or NAME:WEIGHTS with the "
            "weights of AlexNet, SqueezeNet 1.1 or VGG16 in a file. Repeatable.",
        ),
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(
            metavar="ID,ID,…",
            show_default=False,
            help="Images that the report shows, by their names there. By default, three.",
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=1, metavar="SECONDS", help="Time limit of one run of ffmpeg, VTM or a cmd:."
        ),
    ] = TIMEOUT,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="Write neither plots nor report.html.")
    ] = False,
    device: options.DeviceName = options.Device.cpu,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
) -> None:
    """Measure rate, quality and time of pipelines on images.

    Every file is written and decoded. Results are JSON and a table, plots, and report.html with
    all of them. Run it again to resume an interrupted run; failures are listed, and the
    rest continues.
    """
    if context.invoked_subcommand is not None:
        return
    if dataset is None:
        raise typer.BadParameter("give a data set or a folder with --dataset")
    from llcodec.bench.options import BenchOptions
    from llcodec.bench.pipelines import default_pipelines, split_pipelines
    from llcodec.metrics.perceptual import parse_metrics

    order = BenchOptions(
        dataset=dataset,
        pipelines=split_pipelines(pipelines) if pipelines else default_pipelines(),
        out=out,
        root=root,
        split=split,
        qualities=_numbers(qualities),
        limit=limit,
        anchor=anchor,
        jobs=jobs,
        threads=threads,
        vtm=vtm,
        device=device.value,
        timeout=timeout,
        report=not no_report,
        show=tuple(show.split(",")) if show else (),
        metrics=parse_metrics(metrics or ()),
    )
    raise typer.Exit(_run(order, quiet))


def _run(order: "BenchOptions", quiet: bool) -> int:
    from llcodec._threads import use_threads
    from llcodec.bench.command import run_bench

    use_threads(order.threads)
    with BenchLines(quiet) as lines:
        outcome = run_bench(order, lines.progress, lines.finished)
    if not quiet:
        for line in comparison_lines(outcome):
            typer.echo(line)
        if outcome.results:
            typer.echo(f"results: {order.out}")
        if outcome.report is not None:
            typer.echo(f"report: {outcome.report}")
        for note in outcome.notes:
            typer.echo(f"note: {printable(note)}", err=True)
    for problem in outcome.problems:
        print_problem(problem)
    return FAILED if outcome.failures or outcome.problems else 0


@app.command(cls=Command)
def complexity(json: options.Json = False) -> None:
    """List parameters and multiplications of each stage at 960×512 (the paper's Figure 5)."""
    from llcodec.bench.complexity import all_complexities

    for line in complexity_lines(all_complexities(), as_json=json):
        typer.echo(line)


def _numbers(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a list of qualities such as 1,2.5,4") from None
