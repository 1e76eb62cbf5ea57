"""``llc verify``: check that files are intact."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from llcodec._threads import use_threads
from llcodec.cli import _options as options
from llcodec.cli._batch import run_batch
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._input import read_input
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES
from llcodec.cli._plan import Job, reading_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import printable
from llcodec.cli._work import Worker

if TYPE_CHECKING:
    from llcodec._operations import Make

app = new_app()


@app.command(cls=Command, epilog=examples("llc verify archive/", "llc verify --quiet *.llc"))
def verify(
    inputs: options.Files,
    model: options.Model = None,
    threads: options.Threads = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Check .llc files without writing anything.

    Checks the CRC of every chunk, and decodes all symbols and compares their checksums.
    """

    def prepare() -> Worker:
        from llcodec._operations import Verifying

        use_threads(threads)
        return _Verifier(Verifying(model, max_pixels).load())

    plan = reading_plan(find_sources(inputs, Wanted(LLC_SUFFIXES, ".llc files")))
    style = Style(json=json, quiet=quiet, on_stdout=True)
    raise typer.Exit(run_batch(plan, prepare, _describe, style))


def _describe(record: Record) -> str:
    return printable(f"{record['path']}: OK")


@dataclass(frozen=True)
class _Verifier:
    """Checks one file after the other."""

    make: "Make"

    def __call__(self, job: Job) -> Record:
        made = self.make(read_input(job.source), "")
        return {"path": job.source, **made.facts, "seconds": round(made.seconds, 3)}
