"""``llc verify``: check that files are intact."""

from dataclasses import dataclass
from time import perf_counter

import typer

from llcodec.cli import _options as options
from llcodec.cli._batch import Worker, run_batch
from llcodec.cli._input import read_input
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES, use_threads
from llcodec.cli._plan import Job, reading_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import printable


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
        use_threads(threads)
        return _Verifier(model, max_pixels)

    plan = reading_plan(find_sources(inputs, Wanted(LLC_SUFFIXES, ".llc files")))
    style = Style(json=json, quiet=quiet, on_stdout=True)
    raise typer.Exit(run_batch(plan, prepare, _describe, style))


def _describe(record: Record) -> str:
    return printable(f"{record['path']}: OK")


@dataclass(frozen=True)
class _Verifier:
    """Checks one file after the other."""

    model: str | None
    max_pixels: int

    def __call__(self, job: Job) -> Record:
        from llcodec._api import codec_for, limits_for

        data = read_input(job.source)
        limits = limits_for(self.max_pixels)
        codec = codec_for(data, self.model, "cpu", limits)
        start = perf_counter()  # the model is loaded once, whatever the number of files
        header = codec.verify(data, limits=limits)
        return {
            "path": job.source,
            "bytes": len(data),
            "width": header.width,
            "height": header.height,
            "quality": header.quality,
            "model": header.model_name,
            "seconds": round(perf_counter() - start, 3),
        }
