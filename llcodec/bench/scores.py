"""Measure one picture at one quality."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from importlib.metadata import version
from statistics import fmean

from llcodec._arrays import Pixels
from llcodec._extras import require
from llcodec.bench.code_digest import code_digest
from llcodec.bench.codecs.cache import Timed, decode_timed, encode_timed, timed
from llcodec.bench.interfaces import bits_per_pixel
from llcodec.bench.machine import Conditions
from llcodec.bench.pipelines import NONE, Pipeline
from llcodec.metrics import gt_mean_psnr, local_psnr, loe, ms_ssim, niqe, psnr, ssim
from llcodec.metrics.perceptual import PerceptualMetric

_EQUAL = 100.0  # dB; recorded for equal pictures, whose PSNR is infinite


@dataclass(frozen=True)
class Scores:
    """Rate, quality and time of one picture, or their means over pictures.

    ``bpp`` counts every byte of the file. PSNR is in dB, of RGB; ``gt_mean_psnr`` is PSNR after
    scaling to the mean grey of the reference, ``fitted_psnr`` after the gain and offset of each
    channel that fit the reference best. ``loe`` and ``loe_local_max`` compare with the source, with
    the two samplings of :func:`llcodec.metrics.loe`. Seconds are wall time and include enhancement.
    Values are None if they cannot be measured: without a reference, or if the picture is too small
    or uniform.
    """

    bpp: float
    psnr: float | None
    ssim: float | None
    ms_ssim: float | None
    gt_mean_psnr: float | None
    fitted_psnr: float | None
    niqe: float | None
    loe: float | None
    loe_local_max: float | None
    encode_seconds: float
    decode_seconds: float


NAMES = tuple(field.name for field in fields(Scores))


@dataclass(frozen=True)
class Measured:
    """The scores of one picture, and all conditions under which their times were measured."""

    scores: Scores
    conditions: tuple[Conditions, ...]


@dataclass(frozen=True)
class Decoded:
    """A picture that was encoded and decoded; seconds include enhancement.

    ``conditions`` are all those under which they were measured.
    """

    picture: Pixels
    bpp: float
    encode_seconds: float
    decode_seconds: float
    conditions: tuple[Conditions, ...]


def encode_and_decode(
    pipeline: Pipeline, source: Pixels, quality: float, sent: Timed[Pixels], here: Conditions
) -> Decoded:
    """Encode and decode a picture; ``sent`` is the output of the sender's enhancer.

    ``here`` are the conditions of this process; cached runs of a codec have their own.
    Raises the errors of the codec, InputError and QualityError.
    """
    file = encode_timed(pipeline.codec, sent.value, quality)
    decoded = decode_timed(pipeline.codec, file.value)
    shown = timed(lambda: pipeline.after.enhance(decoded.value))
    enhanced = ((sent, pipeline.before), (shown, pipeline.after))
    found = {file.conditions, decoded.conditions}
    found |= {done.conditions for done, enhancer in enhanced if enhancer.name != NONE}
    return Decoded(
        shown.value,
        bits_per_pixel(file.value, source),
        sent.seconds + file.seconds,
        decoded.seconds + shown.seconds,
        tuple(sorted({conditions or here for conditions in found})),
    )


def measure(made: Decoded, source: Pixels, reference: Pixels | None) -> Scores:
    """Return the scores of a decoded picture."""
    picture = made.picture

    def against(metric: Callable[[Pixels, Pixels], float]) -> float | None:
        return None if reference is None else _tried(lambda: metric(picture, reference))

    return Scores(
        bpp=made.bpp,
        psnr=against(lambda a, b: min(psnr(a, b), _EQUAL)),
        ssim=against(ssim),
        ms_ssim=against(ms_ssim),
        gt_mean_psnr=against(lambda a, b: min(gt_mean_psnr(a, b), _EQUAL)),
        fitted_psnr=against(lambda a, b: min(local_psnr(a, b), _EQUAL)),
        niqe=_tried(lambda: niqe(picture)),
        loe=_tried(lambda: loe(picture, source)),
        loe_local_max=_tried(lambda: loe(picture, source, sampling="local-max")),
        encode_seconds=made.encode_seconds,
        decode_seconds=made.decode_seconds,
    )


def distance(made: Decoded, reference: Pixels, metric: PerceptualMetric) -> float | None:
    """Return the perceptual distance of a decoded picture; None if it is too small."""
    return _tried(lambda: metric(made.picture, reference))


def score_versions() -> dict[str, str]:
    """Return the versions that scores depend on, for cache keys.

    Raises InputError if a library that scores need is not installed.
    """
    require("pytorch_msssim", "bench")
    return {"code": code_digest(), "pytorch-msssim": version("pytorch-msssim")}


def mean_scores(scores: list[Scores]) -> Scores:
    """Return the mean of each score over the pictures that have it."""
    means = {name: mean_known(getattr(score, name) for score in scores) for name in NAMES}
    return Scores(**means)  # type: ignore[arg-type]


def mean_known(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are not None, or None without any."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _tried(metric: Callable[[], float]) -> float | None:
    try:
        return metric()
    except ValueError:  # the picture is too small or uniform
        return None
