"""``llc decode``: ``.llc`` files to pictures."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import typer

from llcodec.cli import _options as options
from llcodec.cli._batch import Worker, deliver, run_batch
from llcodec.cli._input import STREAM, read_input
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES, Device
from llcodec.cli._plan import Job, Naming, Plan, refuse_mixed_stdout, writing_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import find_sources
from llcodec.cli._text import summary
from llcodec.cli._threads import use_threads
from llcodec.errors import OutputError


def decode(
    inputs: options.Files,
    output: options.Output = None,
    format: options.Format = None,
    as_shot: options.AsShot = False,
    brightness: options.Brightness = None,
    model: options.Model = None,
    device: options.DeviceName = Device.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Decode .llc files as pictures."""
    if as_shot and brightness is not None:
        raise typer.BadParameter("give one of --as-shot and --brightness")
    refuse_mixed_stdout(inputs, output, json)
    light = 0.0 if as_shot else 1.0 if brightness is None else brightness

    def prepare() -> Worker:
        use_threads(threads)
        return _Decoder(format, light, model, device.value, force, max_pixels)

    plan = _plan(inputs, output, format, force)
    raise typer.Exit(run_batch(plan, prepare, summary, Style(json=json, quiet=quiet)))


def _plan(inputs: Sequence[str], output: str | None, format: str | None, force: bool) -> Plan:
    from llcodec.imaging import IMAGE_SUFFIXES

    suffix = "." + (format or "png").lower().removeprefix(".")
    naming = Naming(
        output, suffix=suffix, replaced=LLC_SUFFIXES, of_files=IMAGE_SUFFIXES, force=force
    )
    plan = writing_plan(inputs, find_sources(inputs, LLC_SUFFIXES, ".llc files"), naming)
    try:
        for job in plan.jobs:
            _format(job, format)
    except OutputError as error:
        raise typer.BadParameter(str(error)) from None
    return plan


def _format(job: Job, format: str | None) -> str:
    """Return Pillow's name of the format to write."""
    from llcodec.imaging import format_for

    by_name = ".png" if job.target == STREAM else Path(job.target)
    return format_for(by_name if format is None else format)


@dataclass(frozen=True)
class _Decoder:
    """Decodes one file after the other, each with the model that it needs."""

    format: str | None
    brightness: float
    model: str | None
    device: str
    force: bool
    max_pixels: int

    def __call__(self, job: Job) -> Record:
        from llcodec._api import codec_for, limits_for
        from llcodec.container import read_header
        from llcodec.imaging import write_picture

        data = read_input(job.source)
        limits = limits_for(self.max_pixels)
        codec = codec_for(data, self.model, self.device, limits)
        start = perf_counter()  # the model is loaded once, whatever the number of files
        picture = codec.decode(data, brightness=self.brightness, limits=limits)
        encoded = io.BytesIO()
        write_picture(picture, encoded, format=_format(job, self.format))
        deliver(job, encoded.getbuffer(), force=self.force)
        header = read_header(data, limits)
        return {
            "path": job.source,
            "output": job.target,
            "bytes": encoded.tell(),
            "width": header.width,
            "height": header.height,
            "quality": header.quality,
            "model": header.model_name,
            "brightness": self.brightness,
            "seconds": round(perf_counter() - start, 3),
        }
