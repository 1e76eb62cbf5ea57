"""``llc enhance``: dark pictures to bright ones, without a file of the codec in between."""

import io
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import typer

from llcodec.cli import _options as options
from llcodec.cli._batch import Worker, deliver, run_batch
from llcodec.cli._enhanced_names import beside, inside, is_stream, naming
from llcodec.cli._input import STREAM, picture_source
from llcodec.cli._options import DEFAULT_MAX_PIXELS, Device, use_threads
from llcodec.cli._plan import Job, Plan, refuse_mixed_stdout, writing_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import find_sources
from llcodec.cli._text import printable
from llcodec.enhancing.names import DEFAULT_ENHANCER
from llcodec.errors import OutputError

if TYPE_CHECKING:
    from llcodec.enhancing.enhancer import Enhancer


def enhance(
    inputs: options.Pictures,
    output: options.EnhancedOutput = None,
    format: options.PictureFormat = None,
    strength: options.Strength = 1.0,
    strip: options.Strip = False,
    model: options.EnhancingModel = DEFAULT_ENHANCER,
    device: options.DeviceName = Device.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Make dark pictures bright and clean."""
    refuse_mixed_stdout(inputs, output, json)

    def prepare() -> Worker:
        from llcodec._api import load_enhancer

        use_threads(threads)
        enhancer = load_enhancer(model, device.value)
        return _Worker(enhancer, strength, format, strip, force, max_pixels)

    plan = _plan(inputs, output, format, force)
    raise typer.Exit(run_batch(plan, prepare, _describe, Style(json=json, quiet=quiet)))


def _plan(inputs: list[str], output: str | None, format: str | None, force: bool) -> Plan:
    from llcodec.imaging import IMAGE_SUFFIXES

    found = find_sources(inputs, IMAGE_SUFFIXES, "pictures")
    suffix = None if format is None else _suffix(format)
    if is_stream(inputs, output):
        output = STREAM
    else:
        place = beside if output is None else inside
        found = place(found, suffix, IMAGE_SUFFIXES)
    plan = writing_plan(inputs, found, naming(output, IMAGE_SUFFIXES, force))
    try:
        for job in plan.jobs:
            _format(job, format)
    except OutputError as error:
        raise typer.BadParameter(str(error)) from None
    return plan


def _suffix(format: str) -> str:
    """Return the suffix of outputs in a format that was asked for."""
    from llcodec.imaging import format_for

    try:
        format_for(format)  # before anything is named by it
    except OutputError as error:
        raise typer.BadParameter(str(error)) from None
    return "." + Path(format).name.lower().removeprefix(".")


def _format(job: Job, format: str | None) -> str:
    """Return Pillow's name of the format to write."""
    from llcodec.imaging import format_for

    by_name = ".png" if job.target == STREAM else Path(job.target)
    return format_for(by_name if format is None else format)


@dataclass(frozen=True)
class _Worker:
    """Enhances one file after the other."""

    enhancer: "Enhancer"
    strength: float
    format: str | None
    strip: bool
    force: bool
    max_pixels: int

    def __call__(self, job: Job) -> Record:
        from llcodec._api import stripped
        from llcodec.imaging import read_picture, write_picture

        start = perf_counter()
        picture = read_picture(picture_source(job.source), max_pixels=self.max_pixels)
        bright = self.enhancer.enhance(stripped(picture) if self.strip else picture, self.strength)
        encoded = io.BytesIO()
        write_picture(bright, encoded, format=_format(job, self.format))
        deliver(job, encoded.getbuffer(), force=self.force)
        return {
            "path": job.source,
            "output": job.target,
            "bytes": encoded.tell(),
            "width": bright.width,
            "height": bright.height,
            "model": self.enhancer.name,
            "strength": self.strength,
            "seconds": round(perf_counter() - start, 3),
        }


def _describe(record: Record) -> str:
    r = record
    source = "stdin" if r["path"] == STREAM else r["path"]
    target = "stdout" if r["output"] == STREAM else r["output"]
    strength = "" if r["strength"] == 1 else f", strength {r['strength']:.3g}"
    return printable(
        f"{source} -> {target}: {r['width']}x{r['height']}, {r['bytes']:,} bytes, "
        f"{r['model']}{strength}, {r['seconds']:.2f} s"
    )
