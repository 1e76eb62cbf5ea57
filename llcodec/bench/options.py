"""The options of a benchmark, and the command line that is equivalent to them."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.pictures import PictureSet
from llcodec.bench.pipelines import check_names, name_of
from llcodec.bench.programs import TIMEOUT
from llcodec.errors import InputError
from llcodec.metrics.perceptual import MetricChoice


@dataclass(frozen=True)
class BenchOptions:
    """The options of ``llc bench``.

    Attributes:
        dataset: a folder, or the name of a data set in the registry.
        pipelines: as on the command line.
        out: the folder for the results.
        root: the folder of a data set of the registry.
        split: of the data set; None for the first of test, val and train that it has.
        qualities: None for those of each codec.
        limit: use at most this many pictures, evenly spaced.
        anchor: the pipeline that BD-rates are relative to, one of ``pipelines``.
        jobs: how many processes measure at the same time.
        threads: the number that PyTorch was asked to use; only recorded.
        vtm: the folder of VTM.
        device: of the networks of this package.
        timeout: the limit of one run of a program, in seconds.
        report: whether to write plots and the report.
        show: ids of the pictures in the report; empty for three, evenly spaced.
        metrics: perceptual metrics to measure as well.
    """

    dataset: str
    pipelines: Sequence[str]
    out: Path
    root: Path | None = None
    split: str | None = None
    qualities: tuple[float, ...] | None = None
    limit: int | None = None
    anchor: str | None = None
    jobs: int = 1
    threads: int | None = None
    vtm: Path | None = None
    device: str = "cpu"
    timeout: float = TIMEOUT
    report: bool = True
    show: tuple[str, ...] = ()
    metrics: tuple[MetricChoice, ...] = ()

    @property
    def cache(self) -> Path:
        """The folder of the cache of measurements and files."""
        return self.out / "measurements"

    @property
    def codec_options(self) -> CodecOptions:
        """The options for codecs."""
        return CodecOptions(self.vtm, self.cache / "codecs", self.device, self.timeout, self.jobs)

    def check(self) -> None:
        """Check the names of pipelines and the anchor.

        Raises:
            InputError: if two pipelines have the same name, or the anchor is not one of them.
        """
        check_names(self.pipelines)
        names = [name_of(spec) for spec in self.pipelines]
        if self.anchor is not None and name_of(self.anchor) not in names:
            asked = ", ".join(self.pipelines)
            raise InputError(f"the anchor {self.anchor!r} is not among the pipelines: {asked}")


def command_of(options: BenchOptions, pictures: PictureSet) -> str:
    """Return the command line of a benchmark on some pictures, quoted for a shell.

    It contains all options that can change a number, a time or a picture. Of folders and files, it
    contains the names without parent folders, except in the texts of pipelines.
    """
    words = ["llc bench", *_pictures(options, pictures)]
    words += ["--pipelines", ",".join(options.pipelines)]
    for option, value in _options(options):
        words += [option, value]
    return " ".join([words[0], *map(shlex.quote, words[1:])])


def _pictures(options: BenchOptions, pictures: PictureSet) -> Iterator[str]:
    yield from ("--dataset", pictures.name)
    if options.root is not None:
        yield from ("--root", options.root.resolve().name)
    yield from ("--split", pictures.split)


def _options(options: BenchOptions) -> Iterator[tuple[str, str]]:
    """Yield the options that differ from their defaults."""
    if options.qualities:
        yield "--qualities", ",".join(f"{quality:g}" for quality in options.qualities)
    if options.limit is not None:
        yield "--limit", str(options.limit)
    if options.anchor is not None:
        yield "--anchor", options.anchor
    if options.metrics:
        yield "--metrics", ",".join(map(str, options.metrics))
    if options.vtm is not None:
        yield "--vtm", options.vtm.resolve().name
    if options.device != BenchOptions.device:
        yield "--device", options.device
    if options.threads is not None:
        yield "--threads", str(options.threads)
    if options.jobs != BenchOptions.jobs:
        yield "--jobs", str(options.jobs)
    if options.timeout != BenchOptions.timeout:
        yield "--timeout", f"{options.timeout:g}"
    if options.show:
        yield "--show", ",".join(options.show)
