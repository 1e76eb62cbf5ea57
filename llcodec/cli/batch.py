"""``llc batch``: encode, decode, enhance or verify millions of files, on a cluster."""

from typing import TYPE_CHECKING

import typer

from llcodec.cli import _job_options as job_options
from llcodec.cli import _options as options
from llcodec.cli._exit_codes import DAMAGED, FAILED
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._job import Ends, Run, do_job
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES, Device, Engine
from llcodec.cli._pictures import PictureFile, suffix_of, wanted_pictures
from llcodec.cli._plan import Job
from llcodec.enhancing.names import DEFAULT_ENHANCER

if TYPE_CHECKING:
    from llcodec._operations import Operation

app = new_app(no_args_is_help=True, help="Encode, decode, enhance or verify on a cluster.")

_ENCODE_EXAMPLES = examples(
    "llc batch encode s3://dark/ -o s3://small/",
    "llc batch encode s3://dark/ -o s3://small/ --resume",
    'llc batch encode "s3://dark/shard-*.tar" -o s3://small/ --address auto',
    "llc batch encode -o s3://small/ --retry-failed s3://small/_manifest",
)


@app.command(cls=Command, epilog=_ENCODE_EXAMPLES)
def encode(
    output: job_options.Target,
    source: job_options.Source = None,
    quality: options.Quality = None,
    target_bpp: options.TargetBpp = None,
    target_size: options.TargetSize = None,
    effort: options.Effort = 0,
    tile: options.TileSize = None,
    strip: options.Strip = False,
    partial: options.Partial = False,
    model: options.Model = None,
    engine: options.EngineName = Engine.auto,
    device: options.DeviceName = Device.cpu,
    threads: job_options.WorkerThreads = 1,
    workers: job_options.Workers = None,
    address: job_options.Address = None,
    gpus: job_options.Gpus = 0.0,
    max_megapixels: job_options.MaxMegapixels = None,
    manifest: job_options.Manifest = None,
    resume: job_options.Resume = False,
    retry_failed: job_options.RetryFailed = None,
    force: job_options.Force = False,
    keep_suffix: options.KeepSuffix = False,
    column: job_options.Column = None,
    base: job_options.Base = None,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Encode images as .llc files, as llc encode does."""
    if sum(v is not None for v in (quality, target_bpp, target_size)) > 1:
        raise typer.BadParameter("give one of --quality, --target-bpp and --target-size")
    from llcodec._operations import Encoding

    operation = Encoding(
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
    ends = Ends(source, output, manifest, retry_failed, column, base)
    run = Run(resume, force, quiet, workers, threads, address, gpus, max_megapixels)
    _do(operation, ends, run, ".llc", None, keep_suffix)


@app.command(
    cls=Command,
    epilog=examples("llc batch decode s3://small/ -o s3://bright/ --format jpg"),
)
def decode(
    output: job_options.Target,
    source: job_options.Source = None,
    format: options.Format = None,
    output_quality: options.OutputQuality = None,
    as_shot: options.AsShot = False,
    brightness: options.Brightness = None,
    exposure: options.Exposure = 0.0,
    black_point: options.BlackPoint = 0.0,
    detail: options.Detail = None,
    look: options.Look = None,
    max_size: options.MaxSize = None,
    salvage: options.Salvage = False,
    model: options.Model = None,
    engine: options.EngineName = Engine.auto,
    device: options.DeviceName = Device.cpu,
    threads: job_options.WorkerThreads = 1,
    workers: job_options.Workers = None,
    address: job_options.Address = None,
    gpus: job_options.Gpus = 0.0,
    max_megapixels: job_options.MaxMegapixels = None,
    manifest: job_options.Manifest = None,
    resume: job_options.Resume = False,
    retry_failed: job_options.RetryFailed = None,
    force: job_options.Force = False,
    keep_suffix: options.KeepSuffix = False,
    column: job_options.Column = None,
    base: job_options.Base = None,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Decode .llc files as images, as llc decode does."""
    if as_shot and brightness is not None:
        raise typer.BadParameter("give one of --as-shot and --brightness")
    if as_shot and black_point:
        raise typer.BadParameter("give one of --as-shot and --black-point")
    if max_size is not None and salvage:
        raise typer.BadParameter("give one of --max-size and --salvage")
    from llcodec._operations import Decoding

    operation = Decoding(
        model,
        device.value,
        brightness=0.0 if as_shot else 1.0 if brightness is None else brightness,
        exposure=exposure,
        black_point=black_point,
        max_size=max_size,
        salvage=salvage,
        output_quality=output_quality,
        max_pixels=max_pixels,
        engine=engine.value,
        detail=options.chosen_detail(detail, look),
        look=look,
    )
    ends = Ends(source, output, manifest, retry_failed, column, base)
    run = Run(resume, force, quiet, workers, threads, address, gpus, max_megapixels)
    _do(operation, ends, run, _suffix(format, output_quality) or ".png", format, keep_suffix)


@app.command(
    cls=Command,
    epilog=examples("llc batch enhance s3://dark/ -o s3://bright/ --model nerco-3"),
)
def enhance(
    output: job_options.Target,
    source: job_options.Source = None,
    format: options.PictureFormat = None,
    output_quality: options.OutputQuality = None,
    strength: options.Strength = 1.0,
    exposure: options.Exposure = 0.0,
    black_point: options.BlackPoint = 0.0,
    strip: options.Strip = False,
    partial: options.Partial = False,
    model: options.EnhancingModel = DEFAULT_ENHANCER,
    engine: options.EngineName = Engine.auto,
    device: options.DeviceName = Device.cpu,
    threads: job_options.WorkerThreads = 1,
    workers: job_options.Workers = None,
    address: job_options.Address = None,
    gpus: job_options.Gpus = 0.0,
    max_megapixels: job_options.MaxMegapixels = None,
    manifest: job_options.Manifest = None,
    resume: job_options.Resume = False,
    retry_failed: job_options.RetryFailed = None,
    force: job_options.Force = False,
    keep_suffix: options.KeepSuffix = False,
    column: job_options.Column = None,
    base: job_options.Base = None,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Make dark images bright and clean, as llc enhance does."""
    from llcodec._operations import Enhancing

    operation = Enhancing(
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
    )
    ends = Ends(source, output, manifest, retry_failed, column, base)
    run = Run(resume, force, quiet, workers, threads, address, gpus, max_megapixels)
    _do(operation, ends, run, _suffix(format, output_quality), format, keep_suffix)


@app.command(cls=Command, epilog=examples("llc batch verify s3://small/ -o s3://checked/"))
def verify(
    output: job_options.ManifestFolder,
    source: job_options.Source = None,
    model: options.Model = None,
    threads: job_options.WorkerThreads = 1,
    workers: job_options.Workers = None,
    address: job_options.Address = None,
    max_megapixels: job_options.MaxMegapixels = None,
    manifest: job_options.Manifest = None,
    resume: job_options.Resume = False,
    retry_failed: job_options.RetryFailed = None,
    force: job_options.Force = False,
    column: job_options.Column = None,
    base: job_options.Base = None,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Check .llc files, as llc verify does; the results are in the manifest."""
    from llcodec._operations import Verifying

    ends = Ends(source, output, manifest, retry_failed, column, base)
    run = Run(resume, force, quiet, workers, threads, address, 0.0, max_megapixels)
    _do(Verifying(model, max_pixels), ends, run, None, None, False)


def _do(
    operation: "Operation",
    ends: Ends,
    run: Run,
    suffix: str | None,
    format: str | None,
    keep_suffix: bool,
) -> None:
    """Do a job and exit with its code."""
    from llcodec._operations import Encoding, Enhancing
    from llcodec.batch.tasks import Settings

    pictures = isinstance(operation, Encoding | Enhancing)
    suffixes = wanted_pictures().known if pictures else LLC_SUFFIXES
    settings = Settings(
        operation, suffixes, format, suffix, keep_suffix=keep_suffix, threads=run.threads
    )
    counts = do_job(settings, ends, run, "images" if pictures else ".llc files")
    raise typer.Exit(FAILED if counts.failed else DAMAGED if counts.damaged else 0)


def _suffix(format: str | None, quality: int | None) -> str | None:
    """Return the suffix of outputs, if a format is given, and check the options."""
    if format is None:
        return None
    suffix = suffix_of(format)
    PictureFile(format, quality, None).check([Job("", f"picture{suffix}")])
    return suffix
