"""Sample images for the report: what pipelines make of chosen pictures, at similar rates.

Each picture is really encoded and decoded, at the quality whose file of this very picture comes
nearest to a given rate. The outcome is cached.
"""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image

from llcodec._arrays import Pixels
from llcodec._disk_cache import DiskCache
from llcodec._failures import in_one_line
from llcodec.bench.cache import Keys
from llcodec.bench.interfaces import bits_per_pixel
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import Pipeline
from llcodec.bench.results import PipelineResult
from llcodec.bench.runner import PipelineRun
from llcodec.metrics import psnr, ssim

_LEAST_POINTS = 2  # of a pipeline whose range of rates counts
_EQUAL = 100.0  # dB; stands for equal pictures, which have no finite PSNR


@dataclass(frozen=True)
class PipelineSample:
    """What one pipeline made of one picture.

    Attributes:
        name: of the pipeline.
        quality: the codec's own number.
        bpp: of this picture's file, every byte counted.
        psnr: in dB, against the reference; None without one.
        ssim: likewise.
        png: the decoded picture, as a PNG file.
    """

    name: str
    quality: float
    bpp: float
    psnr: float | None
    ssim: float | None
    png: bytes

    def pixels(self) -> Pixels:
        """Return the decoded picture, H×W×3."""
        with Image.open(io.BytesIO(self.png)) as image:
            return np.asarray(image)


@dataclass(frozen=True)
class PictureSamples:
    """What pipelines made of one picture; ``failed`` holds reasons by the pipelines' names."""

    picture: BenchPicture
    samples: tuple[PipelineSample, ...]
    failed: Mapping[str, str]


@dataclass(frozen=True)
class Samples:
    """The samples of all chosen pictures, as near to a rate in bpp as qualities allow."""

    bpp: float
    pictures: tuple[PictureSamples, ...]


def make_samples(
    runs: Sequence[PipelineRun],
    pictures: Sequence[BenchPicture],
    chosen: Sequence[int],
    bpp: float,
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Samples:
    """Return what the runs that did not fail make of some of their pictures.

    A pipeline that fails is recorded, and the others go on.

    Args:
        runs: their scores tell the rate of each picture.
        pictures: all those of the runs, in the same order.
        chosen: indices of the pictures to show.
        bpp: the rate to come near to.
        folder: of the cache.
        progress: called with how many samples are ready, and how many there will be.
    """
    made: dict[int, list[PipelineSample]] = {index: [] for index in chosen}
    failed: dict[int, dict[str, str]] = {index: {} for index in chosen}
    working = [(run, run.pipeline) for run in runs if run.pipeline is not None]
    done, total, cache = 0, len(working) * len(chosen), DiskCache(folder)
    for run, pipeline in working:
        keys = Keys(pipeline.record())
        for index in chosen:
            try:
                quality = nearest_quality(run, index, bpp)
                key = keys.of(pictures[index], quality)
                made[index].append(_cached(pipeline, pictures[index], quality, cache, key))
            except Exception as error:  # the code of others, as in a run
                failed[index][run.name] = in_one_line(error)
            progress(done := done + 1, total)
    return Samples(
        bpp, tuple(PictureSamples(pictures[i], tuple(made[i]), failed[i]) for i in chosen)
    )


def nearest_quality(run: PipelineRun, index: int, bpp: float) -> float:
    """Return the quality whose file of one picture is nearest to a rate, by ratio."""
    rates = [scores[index].bpp for scores in run.scores]
    apart = [abs(math.log(rate / bpp)) for rate in rates]
    return run.qualities[apart.index(min(apart))]


def spread_indices(count: int, wanted: int) -> tuple[int, ...]:
    """Return at most ``wanted`` indices below ``count``, evenly spread and away from both ends."""
    wanted = min(wanted, count)
    return tuple((2 * number + 1) * count // (2 * wanted) for number in range(wanted))


def common_rate(results: Sequence[PipelineResult]) -> float | None:
    """Return a rate in bpp to compare pipelines at; None without any rate.

    The geometric middle of the range that all of them reach; where they share none, the median of
    their own middles. Pipelines of a single quality only count if there are no others.
    """
    rates = [[rate for rate in result.columns["bpp"] if rate] for result in results]
    ranges = [r for r in rates if len(r) >= _LEAST_POINTS] or [r for r in rates if r]
    if not ranges:
        return None
    low, high = max(map(min, ranges)), min(map(max, ranges))
    if low <= high:
        return math.sqrt(low * high)
    return median(math.sqrt(min(r) * max(r)) for r in ranges)


def _cached(
    pipeline: Pipeline, picture: BenchPicture, quality: float, cache: DiskCache, key: str
) -> PipelineSample:
    def parse(png: bytes, facts: Mapping[str, Any]) -> PipelineSample:
        return PipelineSample(pipeline.name, quality, png=png, **facts)

    found = cache.read_bytes(key, parse)
    if found is None:
        found = _make(pipeline, picture, quality)
        facts = {"bpp": found.bpp, "psnr": found.psnr, "ssim": found.ssim}
        cache.write_bytes(key, found.png, facts)
    return found


def _make(pipeline: Pipeline, picture: BenchPicture, quality: float) -> PipelineSample:
    source, reference = picture.read(brightened=pipeline.brightens)
    data = pipeline.encode(source, quality)
    made = pipeline.decode(data)
    file = io.BytesIO()
    Image.fromarray(made).save(file, "PNG")
    rate, distortion = bits_per_pixel(data, source), _against(made, reference)
    return PipelineSample(pipeline.name, quality, rate, *distortion, file.getvalue())


def _against(made: Pixels, reference: Pixels | None) -> tuple[float | None, float | None]:
    if reference is None:
        return None, None
    return min(psnr(made, reference), _EQUAL), ssim(made, reference)
