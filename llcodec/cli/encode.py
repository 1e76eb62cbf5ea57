"""``llc encode``: encode images as ``.llc`` files."""

from collections.abc import Sequence

import typer

from llcodec._operations import Encoding
from llcodec._output_names import with_suffix
from llcodec.cli import _options as options
from llcodec.cli._batch import Share, run_batch
from llcodec.cli._ends import ends_of
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._input import picture_source
from llcodec.cli._loading import Loader
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES, Device, Engine
from llcodec.cli._pictures import wanted_pictures
from llcodec.cli._plan import (
    Existing,
    Naming,
    Plan,
    refuse_mixed_stdout,
    writing_plan,
)
from llcodec.cli._report import Style
from llcodec.cli._sources import find_sources
from llcodec.cli._text import summary

_EXAMPLES = examples(
    "llc encode dark.jpg small.llc",
    "llc encode dark.jpg -q 2.5                       # dark.llc, smaller",
    "llc encode dark.jpg small.llc --target-size 40kB",
    "llc encode night/ -o small/ --skip-existing      # a whole folder; resumes",
    "cat dark.jpg | llc encode - > small.llc",
)

app = new_app()


@app.command(cls=Command, epilog=_EXAMPLES)
def encode(
    inputs: options.Pictures,
    output: options.Output = None,
    quality: options.Quality = None,
    target_bpp: options.TargetBpp = None,
    target_size: options.TargetSize = None,
    effort: options.Effort = 0,
    tile: options.TileSize = None,
    strip: options.Strip = False,
    partial: options.Partial = False,
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
    """Encode images as .llc files.

    Of two names, the second is the output if it ends with .llc, or if it does not exist and does
    not end as an image does.
    """
    if sum(v is not None for v in (quality, target_bpp, target_size)) > 1:
        raise typer.BadParameter("give one of --quality, --target-bpp and --target-size")
    plan = _plan(inputs, output, Existing(force, skip_existing, keep_suffix), json)
    plan = plan.keeping_times() if keep_time else plan
    encoding = Encoding(
        model,
        device.value,
        quality,
        target_size,
        target_bpp,
        tile,
        strip,
        max_pixels,
        engine.value,
        partial,
        effort,
    )
    prepare = Loader(encoding, picture_source, threads, force)
    share = Share(jobs, threads)
    raise typer.Exit(run_batch(plan, prepare, summary, Style(json=json, quiet=quiet), share))


def _plan(inputs: Sequence[str], output: str | None, existing: Existing, json: bool) -> Plan:
    wanted = wanted_pictures()
    ends = ends_of(inputs, output, read=wanted.known, written=LLC_SUFFIXES)
    refuse_mixed_stdout(ends, json=json)
    name = with_suffix(".llc", wanted.known, keep_suffix=existing.keep_suffix)
    found = find_sources(ends.inputs, wanted)
    return writing_plan(ends, found, Naming(name, LLC_SUFFIXES, existing))
