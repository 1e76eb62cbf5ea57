"""Before and after: what pipelines make of chosen pictures, at as equal a rate as they can.

Each picture is coded and decoded for real, at the quality whose file of this very picture comes
nearest to a rate that is asked for. What was made is kept, so that a second run makes nothing.
"""

import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from PIL import Image

from llcodec._failures import in_one_line
from llcodec._outputs import written
from llcodec.bench.codecs.codec import bits_per_pixel
from llcodec.bench.kept import Keys
from llcodec.bench.pictures import BenchPicture
from llcodec.bench.pipelines import Pipeline
from llcodec.bench.results import PipelineResult
from llcodec.bench.runner import PipelineRun
from llcodec.data.pairs import Pixels, read_pixels
from llcodec.metrics import psnr, ssim

_LEAST_POINTS = 2  # of a pipeline whose range of rates counts
_EQUAL = 100.0  # dB; stands for equal pictures, which have no finite PSNR


@dataclass(frozen=True)
class Shown:
    """What one pipeline made of one picture.

    Attributes:
        name: of the pipeline.
        quality: the codec's own number.
        bpp: of this picture's file, every byte counted.
        psnr: in dB, against the reference; None without one.
        ssim: likewise.
        picture: a PNG of what came out.
    """

    name: str
    quality: float
    bpp: float
    psnr: float | None
    ssim: float | None
    picture: Path

    def pixels(self) -> Pixels:
        """Return what came out, H×W×3. Raises InputError if the file is not there any more."""
        return read_pixels(self.picture)


@dataclass(frozen=True)
class ShownPicture:
    """A chosen picture with what pipelines made of it; ``failed`` are reasons by their names."""

    picture: BenchPicture
    shown: tuple[Shown, ...]
    failed: Mapping[str, str]


@dataclass(frozen=True)
class Showcase:
    """Pictures at a rate in bpp, which every pipeline comes as near to as its qualities allow."""

    bpp: float
    pictures: tuple[ShownPicture, ...]


def show(
    runs: Sequence[PipelineRun],
    pictures: Sequence[BenchPicture],
    chosen: Sequence[int],
    bpp: float,
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Showcase:
    """Return what the runs that did not fail make of some of their pictures.

    Args:
        runs: whose scores tell the rates, one of each picture.
        pictures: all those of the runs, in the same order.
        chosen: the places of those to show.
        bpp: the rate to come near to.
        folder: where PNGs are kept.
        progress: hears how many pictures have been made or found, and how many there will be.

    A pipeline that fails is named, and the others go on.
    """
    made: dict[int, list[Shown]] = {place: [] for place in chosen}
    failed: dict[int, dict[str, str]] = {place: {} for place in chosen}
    working = [(run, run.pipeline) for run in runs if run.pipeline is not None]
    done, total = 0, len(working) * len(chosen)
    for run, pipeline in working:
        keys = Keys(pipeline.record())
        for place in chosen:
            try:
                quality = nearest_quality(run, place, bpp)
                png = folder / f"{keys.of(pictures[place], quality)}.png"
                made[place].append(_kept_or_made(pipeline, pictures[place], quality, png))
            except Exception as error:  # others' code, as in a run
                failed[place][run.name] = in_one_line(error)
            progress(done := done + 1, total)
    shown = (ShownPicture(pictures[p], tuple(made[p]), failed[p]) for p in chosen)
    return Showcase(bpp, tuple(shown))


def nearest_quality(run: PipelineRun, place: int, bpp: float) -> float:
    """Return the quality whose file of one picture is nearest to a rate, as ratios go."""
    rates = [scores[place].bpp for scores in run.scores]
    apart = [abs(math.log(rate / bpp)) for rate in rates]
    return run.qualities[apart.index(min(apart))]


def evenly(count: int, wanted: int) -> tuple[int, ...]:
    """Return at most ``wanted`` places out of ``count``, evenly spread and away from the ends."""
    wanted = min(wanted, count)
    return tuple((2 * number + 1) * count // (2 * wanted) for number in range(wanted))


def common_rate(results: Sequence[PipelineResult]) -> float | None:
    """Return a rate in bpp that the pipelines can be shown at; None without any rate.

    The middle, as ratios go, of what all of them reach; where they share nothing, the median of
    their own middles. Those of a single quality count only if there are no others.
    """
    rates = [[rate for rate in result.columns["bpp"] if rate] for result in results]
    ranges = [r for r in rates if len(r) >= _LEAST_POINTS] or [r for r in rates if r]
    if not ranges:
        return None
    low, high = max(map(min, ranges)), min(map(max, ranges))
    if low <= high:
        return math.sqrt(low * high)
    return median(math.sqrt(min(r) * max(r)) for r in ranges)


def _kept_or_made(pipeline: Pipeline, picture: BenchPicture, quality: float, png: Path) -> Shown:
    note = png.with_suffix(".json")
    kept = _read(pipeline.name, png, note)
    return kept or _make(pipeline, picture, quality, png, note)


def _make(
    pipeline: Pipeline, picture: BenchPicture, quality: float, png: Path, note: Path
) -> Shown:
    source, reference = picture.read(brightened=pipeline.brightens)
    data = pipeline.encode(source, quality)
    made = pipeline.decode(data)
    quality_of = _against(made, reference)
    shown = Shown(pipeline.name, quality, bits_per_pixel(data, source), *quality_of, png)
    file = io.BytesIO()
    Image.fromarray(made).save(file, "PNG")
    with written(png) as part:
        part.write_bytes(file.getvalue())
    stored = asdict(shown) | {"picture": hashlib.sha256(file.getvalue()).hexdigest()}
    with written(note) as part:
        part.write_text(json.dumps(stored))
    return shown


def _against(made: Pixels, reference: Pixels | None) -> tuple[float | None, float | None]:
    if reference is None:
        return None, None
    return min(psnr(made, reference), _EQUAL), ssim(made, reference)


def _read(name: str, png: Path, note: Path) -> Shown | None:
    """Return what is kept; None if it is not there, or damaged."""
    try:
        stored = json.loads(note.read_text())
        if stored.pop("picture") != hashlib.sha256(png.read_bytes()).hexdigest():
            return None
        return Shown(**(stored | {"name": name, "picture": png}))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
