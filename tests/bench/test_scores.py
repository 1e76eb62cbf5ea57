from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.bench.codecs.cache import Timed
from llcodec.bench.codecs.pillow import jpeg
from llcodec.bench.enhancers.classical import Gamma
from llcodec.bench.machine import Conditions
from llcodec.bench.pictures import find_pictures
from llcodec.bench.pipelines import Pipeline, pipeline_of
from llcodec.bench.scores import (
    Scores,
    distance,
    encode_and_decode,
    mean_known,
    mean_scores,
    measure,
)
from llcodec.metrics import local_psnr, psnr, ssim
from llcodec.metrics.perceptual import MetricChoice

HERE = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")
BEFORE = Conditions("2026-01-31", "a slow one", 8, 1, "2.9")


def test_scores_are_those_of_the_decoded_file(pair_root: Path) -> None:
    source, reference = find_pictures(str(pair_root)).pictures[0].read()
    assert reference is not None
    pipeline = pipeline_of("cbe:jpeg+gamma")
    made = encode_and_decode(pipeline, source, 75, Timed(source, 0.25), HERE)
    scores = measure(made, source, reference)
    data = pipeline.encode(source, 75)
    decoded = pipeline.decode(data)
    assert (made.picture == decoded).all()
    assert scores.bpp == 8 * len(data) / (48 * 64)
    assert scores.psnr == psnr(decoded, reference)
    assert scores.ssim == ssim(decoded, reference)
    assert scores.fitted_psnr == local_psnr(decoded, reference) > scores.psnr
    assert scores.ms_ssim is None  # the picture is too small for five scales
    assert scores.niqe is None
    assert scores.encode_seconds > 0.25
    assert scores.decode_seconds > 0


class Remembering:
    """A codec that knows how long it once took, and where."""

    name = "remembering"
    qualities = (1.0,)

    def encode_timed(self, pixels: Pixels, quality: float) -> Timed[bytes]:
        return Timed(jpeg().encode(pixels, quality), 100.0, BEFORE)

    def decode_timed(self, data: bytes) -> Timed[Pixels]:
        return Timed(jpeg().decode(data), 200.0, BEFORE)


def test_times_are_of_here_and_now_unless_a_codec_has_kept_them() -> None:
    source = np.zeros((16, 16, 3), np.uint8)
    sent = Timed(source, 0.25)
    assert encode_and_decode(pipeline_of("plain:jpeg"), source, 75, sent, HERE).conditions == (
        HERE,
    )
    kept = Pipeline("kept", "plain", Remembering())  # type: ignore[arg-type]
    made = encode_and_decode(kept, source, 75, sent, HERE)
    assert (made.encode_seconds, made.conditions) == (100.25, (BEFORE,))
    enhancing = replace(kept, after=Gamma())
    assert encode_and_decode(enhancing, source, 75, sent, HERE).conditions == (BEFORE, HERE)
    sending = replace(kept, before=Gamma())
    assert encode_and_decode(
        sending, source, 75, replace(sent, conditions=HERE), HERE
    ).conditions == (
        BEFORE,
        HERE,
    )


def test_without_a_reference_there_is_no_fidelity(pair_root: Path) -> None:
    source, _ = find_pictures(str(pair_root)).pictures[0].read()
    made = encode_and_decode(pipeline_of("plain:jpeg"), source, 75, Timed(source, 0), HERE)
    scores = measure(made, source, None)
    assert scores.psnr is scores.ssim is scores.gt_mean_psnr is scores.fitted_psnr is None
    assert scores.bpp > 0
    assert scores.loe is None  # 48 rows are too few to take 50


def test_equal_pictures_have_a_finite_psnr() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    made = encode_and_decode(pipeline_of("enhance:none"), pixels, 0, Timed(pixels, 0), HERE)
    scores = measure(made, pixels, pixels)
    assert scores.psnr == 100
    assert scores.loe == 0


def test_distances_are_those_of_the_decoded_file(pair_root: Path, alexnet: Path) -> None:
    source, reference = find_pictures(str(pair_root)).pictures[0].read()
    assert reference is not None
    lpips = MetricChoice("lpips", alexnet).load()
    pipeline = pipeline_of("cbe:jpeg+gamma")
    made = encode_and_decode(pipeline, source, 75, Timed(source, 0), HERE)
    decoded = pipeline.decode(pipeline.encode(source, 75))
    assert distance(made, reference, lpips) == lpips(decoded, reference) > 0
    small = encode_and_decode(pipeline, source[:20], 75, Timed(source[:20], 0), HERE)
    assert distance(small, reference[:20], lpips) is None  # too small for AlexNet


def test_means_leave_out_what_could_not_be_measured() -> None:
    one = Scores(1, 30, 0.9, None, 31, 36, None, 10, 12, 1, 2)
    other = Scores(3, 32, 0.7, None, 33, 38, 4.0, 20, 14, 3, 4)
    mean = mean_scores([one, other])
    assert mean.ssim == pytest.approx(0.8)
    assert replace(mean, ssim=0.8) == Scores(2, 31, 0.8, None, 32, 37, 4.0, 15, 13, 2, 3)


def test_means_of_what_is_known() -> None:
    assert mean_known([None, 1.0, 0.0, None]) == 0.5
    assert mean_known([None]) is mean_known([]) is None
