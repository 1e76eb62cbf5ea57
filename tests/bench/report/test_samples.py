import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llcodec.bench.codecs.pillow import PillowCodec
from llcodec.bench.codecs.registry import CodecOptions
from llcodec.bench.interfaces import bits_per_pixel
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.pipelines import pipeline_of
from llcodec.bench.report.samples import (
    Samples,
    common_rate,
    make_samples,
    nearest_quality,
    spread_indices,
)
from llcodec.bench.results import PipelineResult
from llcodec.bench.runner import PipelineRun, RunPlan, run
from llcodec.metrics import psnr

QUALITIES = (5.0, 20.0, 55.0, 88.0)


@pytest.fixture(scope="module")
def pictures(pair_root: Path) -> tuple[BenchPicture, ...]:
    return find_pictures(str(pair_root)).pictures


@pytest.fixture(scope="module")
def jpeg(
    pictures: tuple[BenchPicture, ...], tmp_path_factory: pytest.TempPathFactory
) -> PipelineRun:
    folder = tmp_path_factory.mktemp("kept")
    plan = RunPlan(["plain:jpeg"], pictures, folder, CodecOptions(), QUALITIES)
    (made,) = run(plan, lambda *_: None)
    return made


def shown_rates(case: Samples) -> list[float]:
    return [picture.samples[0].bpp for picture in case.pictures]


def test_what_is_shown_was_coded_and_decoded(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    case = make_samples([jpeg], pictures, (0, 2), 3.0, tmp_path)
    assert [picture.picture.id for picture in case.pictures] == [pictures[0].id, pictures[2].id]
    (shown,) = case.pictures[1].samples
    pipeline = pipeline_of("plain:jpeg")
    source, reference = pictures[2].read()
    file = pipeline.encode(source, shown.quality)
    assert shown.bpp == bits_per_pixel(file, source)
    np.testing.assert_array_equal(shown.pixels(), pipeline.decode(file))
    assert reference is not None
    assert shown.psnr == psnr(shown.pixels(), reference)
    assert 0 < (shown.ssim or 0) < 1


def test_the_quality_is_the_nearest_of_this_very_picture(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    for place in range(len(pictures)):
        rates = [scores[place].bpp for scores in jpeg.scores]
        for rate, quality in zip(rates, QUALITIES, strict=True):
            assert nearest_quality(jpeg, place, rate * 1.01) == quality
        assert nearest_quality(jpeg, place, 1e-6) == QUALITIES[0]
        assert nearest_quality(jpeg, place, 1e6) == QUALITIES[-1]
    case = make_samples([jpeg], pictures, range(3), 4.0, tmp_path)
    for place, rate in enumerate(shown_rates(case)):
        best = min((s[place].bpp for s in jpeg.scores), key=lambda r: abs(math.log(r / 4.0)))
        assert rate == best


def test_samples_are_cached_and_damaged_ones_made_again(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    first = make_samples([jpeg], pictures, (0,), 3.0, tmp_path)
    (file,) = tmp_path.rglob("*.run")
    whole, time = file.read_bytes(), file.stat().st_mtime_ns
    assert make_samples([jpeg], pictures, (0,), 3.0, tmp_path) == first
    assert file.stat().st_mtime_ns == time
    for damage in (whole[:-9], b"", b"{", b"null\n"):
        file.write_bytes(damage)
        assert make_samples([jpeg], pictures, (0,), 3.0, tmp_path) == first
        assert file.read_bytes() == whole


def test_pipelines_have_samples_of_their_own(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    other = replace(jpeg, name="plain-jpeg444", pipeline=pipeline_of("plain:jpeg444"))
    case = make_samples([jpeg, other], pictures, (0,), 3.0, tmp_path)
    one, two = case.pictures[0].samples
    assert one.png != two.png
    assert len(list(tmp_path.rglob("*.run"))) == 2


def test_one_that_fails_is_named_and_the_others_continue(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    broken = replace(
        jpeg, name="broken", pipeline=pipeline_of("cbe:jpeg+cmd:false {input} {output}")
    )
    never = PipelineRun("plain:x", "plain-x", None, failure="unknown codec")
    case = make_samples([broken, never, jpeg], pictures, (0,), 3.0, tmp_path)
    (picture,) = case.pictures
    assert [shown.name for shown in picture.samples] == ["plain-jpeg"]
    assert list(picture.failed) == ["broken"]
    assert "false" in picture.failed["broken"]


def test_one_that_fails_as_nobody_foresaw_is_named(
    jpeg: PipelineRun,
    pictures: tuple[BenchPicture, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(PillowCodec, "encode", fail)
    (picture,) = make_samples([jpeg], pictures, (0,), 3.0, tmp_path).pictures
    assert picture.failed == {"plain-jpeg": "not enough memory"}


def test_pictures_without_reference_have_no_scores(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    alone = [replace(pictures[0], reference=None)]
    (shown,) = make_samples([jpeg], alone, (0,), 3.0, tmp_path).pictures[0].samples
    assert (shown.psnr, shown.ssim) == (None, None)


@pytest.mark.parametrize(
    ("count", "wanted", "places"),
    [(31, 3, (5, 15, 25)), (3, 3, (0, 1, 2)), (2, 5, (0, 1)), (1, 1, (0,)), (5, 0, ()), (0, 3, ())],
)
def test_places_are_evenly_spread(count: int, wanted: int, places: tuple[int, ...]) -> None:
    assert spread_indices(count, wanted) == places


def test_progress_is_reported_picture_by_picture(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    heard = []
    make_samples(
        [jpeg], pictures, (0, 2), 3.0, tmp_path, lambda done, total: heard.append((done, total))
    )
    assert heard == [(1, 2), (2, 2)]


def test_a_photograph_has_no_scores_where_it_was_brightened(
    jpeg: PipelineRun, pictures: tuple[BenchPicture, ...], tmp_path: Path
) -> None:
    photograph = [replace(pictures[0], reference=pictures[0].source)]
    brighter = replace(jpeg, pipeline=pipeline_of("cbe:jpeg+gamma"))
    for run_, has_scores in ((jpeg, True), (brighter, False)):
        (shown,) = make_samples([run_], photograph, (0,), 3.0, tmp_path).pictures[0].samples
        assert (shown.psnr is not None) is has_scores


def with_rates(*rates: float | None) -> PipelineResult:
    return PipelineResult("a", "a", {}, tuple(map(float, range(len(rates)))), {"bpp": rates})


@pytest.mark.parametrize(
    ("rates", "common"),
    [
        ([(0.1, 1.6), (0.4, 6.4)], 0.8),
        ([(0.1, None, 1.6), (9.0,)], 0.4),  # a single quality is no range
        ([(9.0,)], 9.0),
        ([(1.0, 4.0), (9.0, 16.0)], 7.0),  # nothing is shared
        ([(None,)], None),
        ([], None),
    ],
)
def test_the_rate_is_one_that_all_can_reach(
    rates: list[tuple[float | None, ...]], common: float | None
) -> None:
    assert common_rate([with_rates(*one) for one in rates]) == pytest.approx(common)
