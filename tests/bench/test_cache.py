import json
from pathlib import Path

import pytest
from PIL import Image

from llcodec.bench.cache import (
    Distance,
    DistanceCache,
    Finished,
    Keys,
    MeasurementCache,
    Pending,
    ScoreCache,
)
from llcodec.bench.machine import Conditions
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.scores import Measured, Scores
from llcodec.metrics.perceptual import MetricChoice

ONE = Conditions("2026-01-31", "a slow one", 8, 1, "2.9")
OTHER = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")
MEASURED = Measured(Scores(1, 30, 0.9, None, 31, 32, None, 10, 12, 1, 2), (ONE, OTHER))


@pytest.fixture
def picture(pair_root: Path) -> BenchPicture:
    return find_pictures(str(pair_root)).pictures[0]


def test_names_are_equal_for_equal_inputs_only(pair_root: Path) -> None:
    one, other = find_pictures(str(pair_root)).pictures[:2]
    names = [
        Keys(record).of(picture, quality)
        for record in ({"codec": "a"}, {"codec": "b"})
        for picture in (one, other)
        for quality in (4.0, 5.0)
    ]
    assert len(set(names)) == 8
    assert all(len(name) == 64 for name in names)
    assert Keys({"codec": "a"}).of(one, 4) == names[0]


def test_what_is_kept_comes_back(picture: BenchPicture, tmp_path: Path) -> None:
    cache = ScoreCache(tmp_path, {"codec": "a"})
    assert cache.read(picture, 4) is None
    cache.write(picture, 4, MEASURED)
    assert ScoreCache(tmp_path, {"codec": "a"}).read(picture, 4.0) == MEASURED


def test_anything_else_that_decides_is_measured_again(
    picture: BenchPicture, pair_root: Path, tmp_path: Path
) -> None:
    cache = ScoreCache(tmp_path, {"codec": "a", "version": "1"})
    cache.write(picture, 4, MEASURED)
    assert cache.read(picture, 5) is None
    assert ScoreCache(tmp_path, {"codec": "a", "version": "2"}).read(picture, 4) is None
    other = find_pictures(str(pair_root)).pictures[1]
    assert cache.read(other, 4) is None
    assert cache.read(BenchPicture("0", picture.source, None), 4) is None


def test_a_changed_picture_is_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (4, 4)).save(path)
    picture, cache = BenchPicture("a", path, path), ScoreCache(tmp_path / "cache", {})
    cache.write(picture, 4, MEASURED)
    assert cache.read(picture, 4) == MEASURED
    Image.new("RGB", (4, 4), "white").save(path)
    assert cache.read(picture, 4) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"bpp": 1}', b"\xff\xfe", b"7"])
def test_damage_counts_as_nothing(picture: BenchPicture, tmp_path: Path, damage: bytes) -> None:
    cache = ScoreCache(tmp_path, {})
    cache.write(picture, 4, MEASURED)
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(damage)
    assert cache.read(picture, 4) is None


@pytest.mark.parametrize("conditions", [None, 7, [{"jobs": 1}], ["x"]])
def test_times_without_their_conditions_count_as_nothing(
    picture: BenchPicture, tmp_path: Path, conditions: object
) -> None:
    cache = ScoreCache(tmp_path, {})
    cache.write(picture, 4, MEASURED)
    (file,) = tmp_path.rglob("*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"conditions": conditions}))
    assert cache.read(picture, 4) is None


def test_more_that_decides_makes_other_names(picture: BenchPicture) -> None:
    names = [
        Keys({"codec": "a"}, **more).of(picture, 4)
        for more in ({}, {"metric": {"sha256": "1"}}, {"metric": {"sha256": "2"}})
    ]
    assert len(set(names)) == 3


@pytest.mark.parametrize("value", [0.25, None])
def test_distances_are_kept_by_what_they_depend_on(
    picture: BenchPicture, tmp_path: Path, value: float | None
) -> None:
    cache = DistanceCache(tmp_path, {"codec": "a"}, {"sha256": "1"})
    assert cache.read(picture, 4) is None
    cache.write(picture, 4, Distance(value))
    assert DistanceCache(tmp_path, {"codec": "a"}, {"sha256": "1"}).read(picture, 4.0) == Distance(
        value
    )
    assert cache.read(picture, 5) is None
    assert DistanceCache(tmp_path, {"codec": "a"}, {"sha256": "2"}).read(picture, 4) is None
    assert DistanceCache(tmp_path, {"codec": "b"}, {"sha256": "1"}).read(picture, 4) is None
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(b"{}")
    assert cache.read(picture, 4) is None


RECORD = {"codec": "a"}


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
    without, with_lpips = (
        MeasurementCache(tmp_path, RECORD, metrics) for metrics in ((), (lpips,))
    )
    assert without.pending(pictures[0], (4, 5)) == (Pending(4, True, ()), Pending(5, True, ()))
    assert with_lpips.pending(pictures[0], (4,)) == (Pending(4, True, (lpips,)),)
    assert with_lpips.measured(pictures, 4) == ()
    assert with_lpips.distances(pictures, 4) == {"lpips": ()}


def test_what_is_filled_is_missing_no_more(
    pictures: tuple[BenchPicture, ...], lpips: MetricChoice, dists: MetricChoice, tmp_path: Path
) -> None:
    cache = MeasurementCache(tmp_path, RECORD, (lpips, dists))
    for picture, near, far in zip(pictures, (0.25, None), (0.5, 0.75), strict=True):
        (pending,) = cache.pending(picture, (4,))
        cache.store(
            picture,
            pending.quality,
            Finished(MEASURED, {lpips: Distance(near), dists: Distance(far)}),
        )
        assert cache.pending(picture, (4,)) == ()
    assert cache.measured(pictures, 4) == (MEASURED, MEASURED)
    assert cache.distances(pictures, 4) == {"lpips": (0.25, None), "dists": (0.5, 0.75)}
    assert MeasurementCache(tmp_path, RECORD, ()).pending(pictures[0], (4,)) == ()


def test_earlier_scores_are_extended(
    pictures: tuple[BenchPicture, ...], lpips: MetricChoice, tmp_path: Path
) -> None:
    before = MeasurementCache(tmp_path, RECORD, ())
    before.store(pictures[0], 4, Finished(MEASURED, {}))
    (file,) = tmp_path.rglob("*.json")
    after, text = MeasurementCache(tmp_path, RECORD, (lpips,)), file.read_bytes()
    (pending,) = after.pending(pictures[0], (4,))
    assert pending == Pending(4, False, (lpips,))
    after.store(pictures[0], pending.quality, Finished(None, {lpips: Distance(0.5)}))
    assert file.read_bytes() == text
    assert after.measured(pictures[:1], 4) == (MEASURED,)
