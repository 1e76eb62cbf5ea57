from pathlib import Path

import pytest

from llcodec.bench.conditions import Conditions
from llcodec.bench.gaps import Filling, Gap, Kept
from llcodec.bench.kept import Distance
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.scores import Measured, Scores
from llcodec.metrics.perceptual import MetricChoice

RECORD = {"codec": "a"}
HERE = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")
MEASURED = Measured(Scores(1, 30, 0.9, None, 31, None, 10, 12, 1, 2), (HERE,))


@pytest.fixture
def pictures(pair_root: Path) -> tuple[BenchPicture, ...]:
    return tuple(find_pictures(str(pair_root)).pictures[:2])


@pytest.fixture
def lpips(alexnet: Path) -> MetricChoice:
    return MetricChoice("lpips", alexnet)


@pytest.fixture
def dists(alexnet: Path) -> MetricChoice:
    (vgg16,) = alexnet.parent.glob("vgg16-*.pth")
    return MetricChoice("dists", vgg16)


def test_at_first_all_is_missing(
    pictures: tuple[BenchPicture, ...], lpips: MetricChoice, tmp_path: Path
) -> None:
    without, with_lpips = (Kept(tmp_path, RECORD, metrics) for metrics in ((), (lpips,)))
    assert without.gaps(pictures[0], (4, 5)) == (Gap(4, True, ()), Gap(5, True, ()))
    assert with_lpips.gaps(pictures[0], (4,)) == (Gap(4, True, (lpips,)),)
    assert with_lpips.measured(pictures, 4) == ()
    assert with_lpips.distances(pictures, 4) == {"lpips": ()}


def test_what_is_filled_is_missing_no_more(
    pictures: tuple[BenchPicture, ...], lpips: MetricChoice, dists: MetricChoice, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, RECORD, (lpips, dists))
    for picture, near, far in zip(pictures, (0.25, None), (0.5, 0.75), strict=True):
        (gap,) = kept.gaps(picture, (4,))
        kept.fill(picture, gap, Filling(MEASURED, {lpips: Distance(near), dists: Distance(far)}))
        assert kept.gaps(picture, (4,)) == ()
    assert kept.measured(pictures, 4) == (MEASURED, MEASURED)
    assert kept.distances(pictures, 4) == {"lpips": (0.25, None), "dists": (0.5, 0.75)}
    assert Kept(tmp_path, RECORD, ()).gaps(pictures[0], (4,)) == ()


def test_scores_of_before_are_extended(
    pictures: tuple[BenchPicture, ...], lpips: MetricChoice, tmp_path: Path
) -> None:
    before = Kept(tmp_path, RECORD, ())
    before.fill(pictures[0], Gap(4, True, ()), Filling(MEASURED, {}))
    (file,) = tmp_path.rglob("*.json")
    after, text = Kept(tmp_path, RECORD, (lpips,)), file.read_bytes()
    (gap,) = after.gaps(pictures[0], (4,))
    assert gap == Gap(4, False, (lpips,))
    after.fill(pictures[0], gap, Filling(None, {lpips: Distance(0.5)}))
    assert file.read_bytes() == text
    assert after.measured(pictures[:1], 4) == (MEASURED,)
