"""What a benchmark is asked for, and the command that asks for it."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llcodec.bench.codecs.programs import TIMEOUT
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.pictures import PictureSet
from llcodec.bench.pipelines import check_names, name_of
from llcodec.errors import InputError
from llcodec.metrics.perceptual import MetricChoice


@dataclass(frozen=True)
class BenchOrder:
    """What is asked for.

    ``dataset`` is a name of the registry, with ``root`` as its folder, or a folder; ``anchor`` the
    pipeline that BD-rates are against, among ``pipelines``. ``metrics`` are measured besides all
    else. ``threads`` is what PyTorch was asked to use, and only told. ``timeout`` is how many
    seconds one run of a program may take. ``show`` are the ids of pictures that the report shows,
    by default three. Without ``report`` there are no plots either.
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
    def kept(self) -> Path:
        """The folder of what need not be measured or made again."""
        return self.out / "measurements"

    @property
    def codec_options(self) -> CodecOptions:
        """What codecs need to know."""
        return CodecOptions(self.vtm, self.kept / "codecs", self.device, self.timeout, self.jobs)

    def check(self) -> None:
        """See that all pipelines can be told apart, and that the anchor is one of them.

        Raises InputError if not.
        """
        check_names(self.pipelines)
        names = [name_of(spec) for spec in self.pipelines]
        if self.anchor is not None and name_of(self.anchor) not in names:
            asked = ", ".join(self.pipelines)
            raise InputError(f"the anchor {self.anchor!r} is none of the pipelines: {asked}")


def command_of(order: BenchOrder, pictures: PictureSet) -> str:
    """Return the command of a benchmark on some pictures, as a shell takes it.

    All options that can change a number, a time or a picture stand there. Folders and files go by
    their names and not by where they lie, apart from those inside the texts of pipelines.
    """
    words = ["llc bench", *_pictures(order, pictures)]
    words += ["--pipelines", ",".join(order.pipelines)]
    for option, value in _options(order):
        words += [option, value]
    return " ".join([words[0], *map(shlex.quote, words[1:])])


def _pictures(order: BenchOrder, pictures: PictureSet) -> Iterator[str]:
    yield from ("--dataset", pictures.name)
    if order.root is not None:
        yield from ("--root", order.root.resolve().name)
    yield from ("--split", pictures.split)


def _options(order: BenchOrder) -> Iterator[tuple[str, str]]:
    """Yield the options that are not as they usually are."""
    if order.qualities:
        yield "--qualities", ",".join(f"{quality:g}" for quality in order.qualities)
    if order.limit is not None:
        yield "--limit", str(order.limit)
    if order.anchor is not None:
        yield "--anchor", order.anchor
    if order.metrics:
        yield "--metrics", ",".join(map(str, order.metrics))
    if order.vtm is not None:
        yield "--vtm", order.vtm.resolve().name
    if order.device != BenchOrder.device:
        yield "--device", order.device
    if order.threads is not None:
        yield "--threads", str(order.threads)
    if order.jobs != BenchOrder.jobs:
        yield "--jobs", str(order.jobs)
    if order.timeout != BenchOrder.timeout:
        yield "--timeout", f"{order.timeout:g}"
    if order.show:
        yield "--show", ",".join(order.show)
