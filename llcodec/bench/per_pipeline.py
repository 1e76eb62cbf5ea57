"""Measure peak memory and complexity, once per pipeline."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from llcodec._disk_cache import DiskCache, cache_key
from llcodec._failures import in_one_line
from llcodec.bench.cache import Keys
from llcodec.bench.codecs.compressai import CompressaiCodec
from llcodec.bench.codecs.llc import LlcCodec, LlcLadder
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.complexity import (
    Complexity,
    Stage,
    enhancer_complexity,
    joint_complexity,
    paper_complexities,
)
from llcodec.bench.enhancers.learned import LearnedEnhancer
from llcodec.bench.interfaces import BenchEnhancer
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import NONE, Pipeline
from llcodec.bench.programs import peak_rss
from llcodec.bench.runner import PipelineRun, Progress
from llcodec.bench.scores import score_versions
from llcodec.imaging.size import picture_size
from llcodec.nets.presets import Preset, paper_preset

_MAX_PIXELS = sys.maxsize  # no limit here; reading the picture has its own
_CHENG = "cheng2020-anchor"  # the model of CompressAI that our networks are built on


@dataclass(frozen=True)
class PeakMemory:
    """Peak resident memory in MB (10^6 bytes); None if the system does not report it.

    ``picture`` is the id of the picture that was coded, ``width``×``height`` pixels; ``quality`` is
    on the scale of the codec.
    """

    encode: float | None
    decode: float | None
    picture: str
    width: int
    height: int
    quality: float


@dataclass(frozen=True)
class PerPipeline:
    """Measurements of one pipeline; None, or empty, if they failed.

    ``complexities`` has one entry for each quality, None if it is unknown.
    """

    memory: PeakMemory | None = None
    complexities: tuple[Complexity | None, ...] = ()


def measure_per_pipeline(
    runs: Sequence[PipelineRun],
    pictures: Sequence[BenchPicture],
    options: CodecOptions,
    folder: Path,
    progress: Progress,
) -> tuple[dict[str, PerPipeline], list[str]]:
    """Return the measurements of the pipelines that ran, by name, and a list of problems.

    Measurements are cached in ``folder``. Failures are only reported, because the results of the
    pipelines are valid without these figures. Raises InputError if a picture can no longer be read.
    """
    ran = [run for run in runs if run.failure is None]
    if not ran:
        return {}, []
    picture = largest(pictures)
    found: dict[str, PerPipeline] = {}
    problems: list[str] = []
    for number, run in enumerate(ran, 1):
        found[run.name] = _of_one(run, picture, options, folder, problems)
        progress("peak memory", number, len(ran))
    return found, problems


def _of_one(
    run: PipelineRun,
    picture: BenchPicture,
    options: CodecOptions,
    folder: Path,
    problems: list[str],
) -> PerPipeline:
    assert run.pipeline is not None, run.failure
    found = PerPipeline()
    try:
        memory = peak_memory(run, picture, options, folder / "memory")
        found = replace(found, memory=memory)
    except Exception as error:
        problems.append(f"{run.name}: cannot measure its memory: {in_one_line(error)}")
    try:
        counted = complexities_of(run.pipeline, run.qualities, folder / "complexity")
        found = replace(found, complexities=counted)
    except Exception as error:
        problems.append(f"{run.name}: cannot measure its complexity: {in_one_line(error)}")
    return found


def peak_memory(
    run: PipelineRun, picture: BenchPicture, options: CodecOptions, folder: Path
) -> PeakMemory:
    """Return the peak memory of each side of a pipeline, at the middle one of its qualities.

    Each side codes one picture in a process that does nothing else, because a figure of the
    benchmark's own process would include everything that ran before. Interpreter, libraries and
    weights count, since users need them too. The result is cached in ``folder``.

    Raises:
        InputError: if a side fails in its process.
        OutputError: if the figure cannot be cached.
    """
    assert run.pipeline is not None, run.failure
    quality = run.qualities[len(run.qualities) // 2]
    disk, key = DiskCache(folder), Keys(run.pipeline.record()).of(picture, quality)
    cached = disk.read(key, lambda stored: PeakMemory(**stored))
    if cached is not None:
        return cached
    encode, decode = _both_sides(run.spec, picture.source, quality, options)
    height, width = picture_size(picture.source, max_pixels=_MAX_PIXELS)
    found = PeakMemory(encode, decode, picture.id, width, height, quality)
    disk.write(key, asdict(found))
    return found


def largest(pictures: Sequence[BenchPicture]) -> BenchPicture:
    """Return the first picture with the most pixels. Raises InputError if one cannot be read."""
    sizes = [picture_size(picture.source, max_pixels=_MAX_PIXELS) for picture in pictures]
    areas = [height * width for height, width in sizes]
    return pictures[areas.index(max(areas))]


def _both_sides(
    spec: str, source: Path, quality: float, options: CodecOptions
) -> tuple[float | None, float | None]:
    worker = [sys.executable, "-m", "llcodec.bench.coding_worker"]
    common = [f"--pipeline={spec}", f"--device={options.device}", f"--timeout={options.timeout}"]
    if options.vtm is not None:
        common.append(f"--vtm={options.vtm}")
    with TemporaryDirectory(prefix="llcodec-") as folder:
        file = os.fspath(Path(folder, "coded"))
        sender = [*worker, "encode", *common, f"--quality={quality!r}", "--", str(source), file]
        return peak_rss(sender), peak_rss([*worker, "decode", *common, "--", file])


def complexities_of(
    pipeline: Pipeline, qualities: Sequence[float], folder: Path
) -> tuple[Complexity | None, ...]:
    """Return the complexity of a pipeline at each of some qualities, see :func:`complexity_of`.

    Counting takes seconds, so the result is cached in ``folder``. Raises OutputError if it cannot
    be written.
    """
    facts = [pipeline.name, pipeline.record(), list(qualities)]
    return _counted(folder, facts, lambda: [complexity_of(pipeline, q) for q in qualities])


def complexity_of(pipeline: Pipeline, quality: float) -> Complexity | None:
    """Return the complexity of a pipeline at a quality; None unless it has known networks only."""
    codec = _codec(pipeline, quality)
    if codec is None:  # do not count enhancers needlessly
        return None
    before, after = _enhancer(pipeline.before), _enhancer(pipeline.after)
    if before is None or after is None:
        return None
    return Complexity(pipeline.name, (*before, *codec, *after))


def figure_5(own: Sequence[Complexity], folder: Path) -> tuple[Complexity, ...]:
    """Return the complexities of pipelines, followed by those of the paper, cached in ``folder``.

    Raises OutputError if they cannot be written.
    """
    paper = _counted(folder, ["Figure 5"], paper_complexities)
    return (*own, *(one for one in paper if one is not None))


def _codec(pipeline: Pipeline, quality: float) -> tuple[Stage, ...] | None:
    codec = pipeline.codec
    if pipeline.order == "enhance":
        return ()
    if isinstance(codec, LlcLadder):
        codec = codec.at(quality)
    if isinstance(codec, LlcCodec):
        return _stages_of(codec.preset)
    if isinstance(codec, CompressaiCodec) and codec.name == _CHENG:
        return _stages_of(paper_preset(codec.channels(quality)).plain(), masked=True)
    return None


@cache
def _stages_of(preset: Preset, masked: bool = False) -> tuple[Stage, ...]:
    return joint_complexity(preset.name, preset, masked=masked).stages


def _enhancer(enhancer: BenchEnhancer) -> tuple[Stage, ...] | None:
    if enhancer.name == NONE:
        return ()
    if not isinstance(enhancer, LearnedEnhancer):
        return None
    card = enhancer.card
    found = _enhancer_of(card.preset)
    # A preset may have been changed for training without changing its name.
    return None if found is None or found.parameters != card.parameters else found.stages


@cache
def _enhancer_of(preset: str) -> Complexity | None:
    try:
        return enhancer_complexity(preset)
    except KeyError:  # a user's own preset
        return None


def _counted(
    folder: Path, facts: object, count: Callable[[], Sequence[Complexity | None]]
) -> tuple[Complexity | None, ...]:
    """Return the counts of this run, or of an earlier one with the same facts."""
    disk = DiskCache(folder)
    key = cache_key([facts, {"torch": torch.__version__, **score_versions()}])
    cached = disk.read(key, lambda stored: tuple(map(_complexity, stored)))
    if cached is not None:
        return cached
    found = tuple(count())
    if any(found):
        disk.write(key, [one and asdict(one) for one in found])
    return found


def _complexity(stored: Mapping[str, Any] | None) -> Complexity | None:
    """Return the complexity of an entry. Raises LookupError or TypeError if it is damaged."""
    if stored is None:
        return None
    stages = tuple(Stage(**stage) for stage in stored["stages"])
    return Complexity(stored["name"], stages, stored["source"])
