"""``llc decode``: decode ``.llc`` files as images."""

from collections.abc import Sequence
from dataclasses import astuple

import typer

from llcodec._operations import Decoding
from llcodec._output_names import with_suffix
from llcodec.cli import _options as options
from llcodec.cli._batch import Share, run_batch
from llcodec.cli._ends import ends_of
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._input import read_input
from llcodec.cli._loading import Loader
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES, Device, Engine
from llcodec.cli._pictures import PictureFile, suffix_of
from llcodec.cli._plan import (
    Existing,
    Naming,
    Plan,
    refuse_mixed_stdout,
    writing_plan,
)
from llcodec.cli._report import Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import summary

_EXAMPLES = examples(
    "llc decode small.llc bright.png",
    "llc decode small.llc --as-shot                   # as dark as it was",
    "llc decode small.llc --detail 0.7                # more texture",
    "llc decode small.llc crop.png --region 0,0,800,600",
    "llc decode small/ -o bright/ --format jpg --output-quality 90",
    "llc decode damaged.llc --salvage                 # recover intact tiles",
)

app = new_app()


@app.command(cls=Command, epilog=_EXAMPLES)
def decode(
    inputs: options.Files,
    output: options.Output = None,
    format: options.Format = None,
    output_quality: options.OutputQuality = None,
    png_level: options.PngLevel = None,
    as_shot: options.AsShot = False,
    brightness: options.Brightness = None,
    exposure: options.Exposure = 0.0,
    black_point: options.BlackPoint = 0.0,
    detail: options.Detail = None,
    look: options.Look = None,
    region: options.Region = None,
    max_size: options.MaxSize = None,
    salvage: options.Salvage = False,
    model: options.Model = None,
    engine: options.EngineName = Engine.auto,
    device: options.DeviceName = Device.auto,
    threads: options.Threads = None,
    jobs: options.Jobs = 1,
    force: options.Force = False,
    skip_existing: options.SkipExisting = False,
    keep_suffix: options.KeepSuffix = False,
    keep_time: options.KeepTime = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Decode .llc files as images.

    Of two names, the second is the output if it ends as an image does, or if it does not exist and
    does not end with .llc.
    """
    if as_shot and brightness is not None:
        raise typer.BadParameter("give one of --as-shot and --brightness")
    if as_shot and black_point:
        raise typer.BadParameter("give one of --as-shot and --black-point")
    if sum((region is not None, max_size is not None, salvage)) > 1:
        raise typer.BadParameter("give one of --region, --max-size and --salvage")
    brightness = 0.0 if as_shot else 1.0 if brightness is None else brightness
    file = PictureFile(format, output_quality, png_level)
    plan = _plan(inputs, output, file, Existing(force, skip_existing, keep_suffix), json)
    plan = plan.keeping_times() if keep_time else plan
    decoding = Decoding(
        model,
        device.value,
        brightness,
        exposure,
        black_point,
        None if region is None else astuple(region),
        max_size,
        salvage,
        output_quality,
        max_pixels,
        engine.value,
        png_level,
        options.chosen_detail(detail, look),
        look,
    )
    prepare = Loader(decoding, read_input, threads, force, file)
    share = Share(jobs, threads)
    raise typer.Exit(run_batch(plan, prepare, summary, Style(json=json, quiet=quiet), share))


def _plan(
    inputs: Sequence[str], output: str | None, file: PictureFile, existing: Existing, json: bool
) -> Plan:
    from llcodec.imaging import IMAGE_SUFFIXES

    suffix = ".png" if file.format is None else suffix_of(file.format)
    ends = ends_of(inputs, output, read=LLC_SUFFIXES, written=IMAGE_SUFFIXES)
    refuse_mixed_stdout(ends, json=json)
    name = with_suffix(suffix, LLC_SUFFIXES, keep_suffix=existing.keep_suffix)
    found = find_sources(ends.inputs, Wanted(LLC_SUFFIXES, ".llc files"))
    plan = writing_plan(ends, found, Naming(name, IMAGE_SUFFIXES, existing))
    file.check(plan.jobs)
    return plan
