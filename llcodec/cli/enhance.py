"""``llc enhance``: make dark images bright and clean, without a file in between."""

from collections.abc import Sequence

import typer

from llcodec._operations import Enhancing
from llcodec._output_names import enhanced_name
from llcodec.cli import _options as options
from llcodec.cli._batch import Share, run_batch
from llcodec.cli._ends import ends_of
from llcodec.cli._enhanced_names import without_enhanced
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._input import STREAM, picture_source
from llcodec.cli._loading import Loader
from llcodec.cli._options import DEFAULT_MAX_PIXELS, Device, Engine
from llcodec.cli._pictures import PictureFile, suffix_of, wanted_pictures
from llcodec.cli._plan import Existing, Naming, Plan, refuse_mixed_stdout, writing_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import find_sources
from llcodec.cli._text import printable
from llcodec.enhancing.names import DEFAULT_ENHANCER

_EXAMPLES = examples(
    "llc enhance dark.jpg                             # dark-enhanced.jpg",
    "llc enhance dark.jpg bright.png --strength 0.7",
    "llc enhance night/ -o bright/ --model nerco-3",
    "cat dark.jpg | llc enhance - > bright.png",
)

app = new_app()


@app.command(cls=Command, epilog=_EXAMPLES)
def enhance(
    inputs: options.Pictures,
    output: options.EnhancedOutput = None,
    format: options.PictureFormat = None,
    output_quality: options.OutputQuality = None,
    png_level: options.PngLevel = None,
    strength: options.Strength = 1.0,
    exposure: options.Exposure = 0.0,
    black_point: options.BlackPoint = 0.0,
    strip: options.Strip = False,
    partial: options.Partial = False,
    model: options.EnhancingModel = DEFAULT_ENHANCER,
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
    """Make dark images bright and clean.

    Of two names, the second is the output if it does not exist.
    """
    file = PictureFile(format, output_quality, png_level)
    plan = _plan(inputs, output, file, Existing(force, skip_existing, keep_suffix), json)
    plan = plan.keeping_times() if keep_time else plan
    enhancing = Enhancing(
        model,
        device.value,
        strength,
        exposure,
        black_point,
        strip,
        output_quality,
        max_pixels,
        engine.value,
        partial,
        png_level,
    )
    prepare = Loader(enhancing, picture_source, threads, force, file)
    share = Share(jobs, threads)
    raise typer.Exit(run_batch(plan, prepare, _describe, Style(json=json, quiet=quiet), share))


def _plan(
    inputs: Sequence[str], output: str | None, file: PictureFile, existing: Existing, json: bool
) -> Plan:
    from llcodec.imaging import IMAGE_SUFFIXES

    suffix = None if file.format is None else suffix_of(file.format)
    wanted = wanted_pictures()
    ends = ends_of(inputs, output, read=wanted.known, written=IMAGE_SUFFIXES)
    refuse_mixed_stdout(ends, json=json)
    name = enhanced_name(suffix, wanted.known, keep_suffix=existing.keep_suffix)
    found = without_enhanced(find_sources(ends.inputs, wanted))
    plan = writing_plan(ends, found, Naming(name, IMAGE_SUFFIXES, existing))
    file.check(plan.jobs)
    return plan


def _describe(record: Record) -> str:
    r = record
    source = "stdin" if r["path"] == STREAM else r["path"]
    target = "stdout" if r["output"] == STREAM else r["output"]
    strength = "" if r["strength"] == 1 else f", strength {r['strength']:.3g}"
    return printable(
        f"{source} -> {target}: {r['width']}x{r['height']}, {r['bytes']:,} bytes, "
        f"{r['model']}{strength}, {r['seconds']:.2f} s"
    )
