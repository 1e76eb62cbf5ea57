"""Sample images for the report: the outputs of pipelines for some pictures, at similar rates.

Each picture is encoded and decoded at the quality whose file of that picture is nearest to a given
rate. The result is cached.
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

_LEAST_POINTS = 2  # a pipeline with fewer has no range of rates
_EQUAL = 100.0  # dB; recorded for equal pictures, whose PSNR is infinite


@dataclass(frozen=True)
class PipelineSample:
    """The output of one pipeline for one picture.

    Attributes:
        name: of the pipeline.
        quality: on the codec's own scale.
        bpp: of the file of this picture, counting every byte.
        psnr: in dB, against the reference; None if there is no reference.
        ssim: against the reference; None if there is no reference.
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
    """The outputs of pipelines for one picture; ``failed`` has reasons by name of pipeline."""

    picture: BenchPicture
    samples: tuple[PipelineSample, ...]
    failed: Mapping[str, str]


@dataclass(frozen=True)
class Samples:
    """The samples of all chosen pictures, as near to the rate ``bpp`` as the qualities allow."""

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
    """Return the outputs of all runs that did not fail, for some of their pictures.

    If a pipeline fails here, the reason is recorded and the others continue.

    Args:
        runs: with the scores from which the rate of each picture is known.
        pictures: of the runs, in the same order.
        chosen: indices of the pictures to show.
        bpp: the target rate.
        folder: of the cache.
        progress: called with the number of finished samples and the number of all samples.
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
            except Exception as error:  # third-party code, as in a run
                failed[index][run.name] = in_one_line(error)
            progress(done := done + 1, total)
    return Samples(
        bpp, tuple(PictureSamples(pictures[i], tuple(made[i]), failed[i]) for i in chosen)
    )


def nearest_quality(run: PipelineRun, index: int, bpp: float) -> float:
    """Return the quality whose file of one picture is nearest to a rate, by ratio."""
    rates = [scores[index].bpp for scores in run.scores]
    differences = [abs(math.log(rate / bpp)) for rate in rates]
    return run.qualities[differences.index(min(differences))]


def spread_indices(count: int, wanted: int) -> tuple[int, ...]:
    """Return at most ``wanted`` indices below ``count``, evenly spaced and away from both ends."""
    wanted = min(wanted, count)
    return tuple((2 * number + 1) * count // (2 * wanted) for number in range(wanted))


def common_rate(results: Sequence[PipelineResult]) -> float | None:
    """Return a rate in bpp at which to compare pipelines; None if there are no rates.

    It is the geometric mean of the ends of the range that all pipelines reach. If they share no
    range, it is the median of the geometric means of their own ranges. Pipelines of a single
    quality count only if there are no others.
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
