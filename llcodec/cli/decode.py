"""``llc decode``: decode ``.llc`` files as images."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import typer

from llcodec.cli import _options as options
from llcodec.cli._batch import Worker, run_batch
from llcodec.cli._ends import ends_of
from llcodec.cli._help import examples
from llcodec.cli._input import read_input
from llcodec.cli._options import DEFAULT_MAX_PIXELS, LLC_SUFFIXES, Device, use_threads
from llcodec.cli._pictures import PictureFile, suffix_of
from llcodec.cli._plan import (
    Existing,
    Job,
    Naming,
    Plan,
    refuse_mixed_stdout,
    with_suffix,
    writing_plan,
)
from llcodec.cli._regions import Box
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import summary

if TYPE_CHECKING:
    from llcodec.codec.codec import Codec
    from llcodec.container import Limits
    from llcodec.imaging import Picture

EXAMPLES = examples(
    "llc decode small.llc bright.png",
    "llc decode small.llc --as-shot                   # as dark as it was",
    "llc decode small.llc crop.png --region 0,0,800,600",
    "llc decode small/ -o bright/ --format jpg --output-quality 90",
    "llc decode damaged.llc --salvage                 # recover intact tiles",
)


def decode(
    inputs: options.Files,
    output: options.Output = None,
    format: options.Format = None,
    output_quality: options.OutputQuality = None,
    as_shot: options.AsShot = False,
    brightness: options.Brightness = None,
    exposure: options.Exposure = 0.0,
    region: options.Region = None,
    max_size: options.MaxSize = None,
    salvage: options.Salvage = False,
    model: options.Model = None,
    device: options.DeviceName = Device.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    skip_existing: options.SkipExisting = False,
    keep_suffix: options.KeepSuffix = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    max_pixels: options.MaxPixels = DEFAULT_MAX_PIXELS,
) -> None:
    """Decode .llc files as images.

    Of two names, the second is the output if it is the name of an image or does not exist.
    """
    if as_shot and brightness is not None:
        raise typer.BadParameter("give one of --as-shot and --brightness")
    if sum((region is not None, max_size is not None, salvage)) > 1:
        raise typer.BadParameter("give one of --region, --max-size and --salvage")
    brightness = 0.0 if as_shot else 1.0 if brightness is None else brightness
    file = PictureFile(format, output_quality, force)
    plan = _plan(inputs, output, file, Existing(force, skip_existing, keep_suffix), json)

    def prepare() -> Worker:
        use_threads(threads)
        part = _Part(region, max_size, salvage)
        light = {"brightness": brightness, "exposure": exposure}
        return _Decoder(file, light, part, model, device.value, max_pixels)

    raise typer.Exit(run_batch(plan, prepare, summary, Style(json=json, quiet=quiet)))


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


@dataclass(frozen=True)
class _Part:
    """What to decode: a region, a small version, the intact tiles, or all."""

    region: Box | None
    max_size: int | None
    salvage: bool

    def decode(
        self, codec: "Codec", data: bytes, light: Mapping[str, float], limits: "Limits"
    ) -> tuple["Picture", Record]:
        """Return the picture, and what else to report."""
        if self.salvage:
            saved = codec.salvage(data, **light, limits=limits)
            return saved.picture, {
                "lost": [str(region) for region in saved.lost],
                "problems": list(saved.problems),
            }
        if self.max_size is not None:
            small = codec.decode_small(data, self.max_size, **light, limits=limits)
            return small, {}
        from llcodec.codec.region import Region

        region = None if self.region is None else Region(**asdict(self.region))
        told = {} if region is None else {"region": str(region)}
        return codec.decode(data, **light, region=region, limits=limits), told


@dataclass(frozen=True)
class _Decoder:
    """Decodes one file after the other, each with the model that it needs."""

    file: PictureFile
    light: Mapping[str, float]
    part: _Part
    model: str | None
    device: str
    max_pixels: int

    def __call__(self, job: Job) -> Record:
        from llcodec._api import codec_for, limits_for
        from llcodec.container import read_header

        data = read_input(job.source)
        limits = limits_for(self.max_pixels)
        codec = codec_for(data, self.model, self.device, limits)
        start = perf_counter()  # the model is loaded once, whatever the number of files
        picture, told = self.part.decode(codec, data, self.light, limits)
        size, lost = self.file.write(picture, job)
        header = read_header(data, limits)
        return {
            "path": job.source,
            "output": job.target,
            "bytes": size,
            "width": picture.width,
            "height": picture.height,
            "quality": header.quality,
            "model": header.model_name,
            **self.light,
            "seconds": round(perf_counter() - start, 3),
            **told,
            **({"left_out": list(lost)} if lost else {}),
        }
