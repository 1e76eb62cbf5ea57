"""``llc share``: write pages that show files."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final

import typer

from llcodec._output_names import with_suffix
from llcodec.cli import _options as options
from llcodec.cli._batch import deliver, run_batch
from llcodec.cli._ends import ends_of
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._input import STREAM, read_input
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES
from llcodec.cli._plan import Existing, Job, Naming, refuse_mixed_stdout, writing_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import printable
from llcodec.cli._work import Worker

if TYPE_CHECKING:
    from llcodec.sharing.library import Library

_EXAMPLES = examples(
    "llc share night.llc --standalone --library web/dist/page",
    "llc share night.llc --standalone --library web/dist/page --detail 0.7",
    "llc share night.llc --library ../viewer/   # loads it from your own site",
)

app = new_app()
_SUFFIX: Final = ".html"
_PAGES: Final = frozenset({_SUFFIX, ".htm"})

LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="URL|FOLDER",
        show_default=False,
        help="Where the viewer is: dist/page of the npm package @llcodec/decode. By default, "
        "pages load it from where that package is published, which it is not yet.",
    ),
]
StandaloneOption = Annotated[
    bool,
    typer.Option(
        "--standalone",
        help="Put viewer and model into the page (about 15 MB); needs --library FOLDER.",
    ),
]


@app.command(cls=Command, epilog=_EXAMPLES)
def share(
    inputs: options.Files,
    output: options.Output = None,
    standalone: StandaloneOption = False,
    library: LibraryOption = None,
    model: options.Model = None,
    detail: options.Detail = None,
    look: options.Look = None,
    force: options.Force = False,
    skip_existing: options.SkipExisting = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Write pages that show .llc files in a browser.

    The page holds the file, and decodes it where it is shown: no server sees the photograph.
    """
    if standalone and (not library or "://" in library):
        raise typer.BadParameter(
            "--standalone needs --library FOLDER: dist/page of the npm package @llcodec/decode"
        )
    if not library:
        _check_published()
    if not standalone and (model, detail, look) != (None, None, None):
        raise typer.BadParameter(
            "--model, --detail and --look need --standalone: other pages load shipped codecs"
        )
    chosen = options.chosen_detail(detail, look)
    ends = ends_of(inputs, output, read=LLC_SUFFIXES, written=_PAGES)
    refuse_mixed_stdout(ends, json=json)
    name = with_suffix(_SUFFIX, LLC_SUFFIXES, keep_suffix=False)
    found = find_sources(ends.inputs, Wanted(LLC_SUFFIXES, ".llc files"))
    plan = writing_plan(ends, found, Naming(name, _PAGES, Existing(force, skip_existing)))

    def prepare() -> Worker:
        from llcodec.sharing.library import PUBLIC, Linked, Standalone

        if standalone:
            held = Standalone(Path(library or "."), model, chosen, look)
            return _Sharer(held, force, max_pixels)
        return _Sharer(Linked(library or PUBLIC), force, max_pixels)

    raise typer.Exit(run_batch(plan, prepare, _describe, Style(json=json, quiet=quiet)))


def _check_published() -> None:
    """Raise BadParameter while pages could not load the viewer from the default place."""
    from llcodec.sharing.library import PUBLISHED

    if not PUBLISHED:
        raise typer.BadParameter(
            "the viewer is not published yet: give --library URL of a folder on your own site, or "
            "--standalone --library FOLDER (make web builds it in web/dist/page)"
        )


@dataclass(frozen=True)
class _Sharer:
    """Writes one page after the other."""

    library: "Library"
    force: bool
    max_pixels: int

    def __call__(self, job: Job) -> Record:
        from llcodec._api import limits_for
        from llcodec._operations import refuse_picture
        from llcodec.sharing.page import share

        start = perf_counter()
        title = "picture" if job.source == STREAM else Path(job.source).stem
        data = read_input(job.source)
        refuse_picture(data, self.max_pixels)
        page = share(data, printable(title), self.library, limits_for(self.max_pixels))
        deliver(job, page, force=self.force)
        return {
            "path": job.source,
            "output": job.target,
            "bytes": len(page),
            "standalone": self.library.url is None,
            "seconds": round(perf_counter() - start, 3),
        }


def _describe(record: Record) -> str:
    r = record
    target = "stdout" if r["output"] == STREAM else r["output"]
    return printable(f"{r['path']} -> {target}: {r['bytes']:,} bytes")
