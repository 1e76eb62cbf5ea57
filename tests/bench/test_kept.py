import json
from pathlib import Path

import pytest
from PIL import Image

from llcodec.bench.conditions import Conditions
from llcodec.bench.kept import Distance, KeptDistances, KeptScores, Keys
from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.bench.scores import Measured, Scores

ONE = Conditions("2026-01-31", "a slow one", 8, 1, "2.9")
OTHER = Conditions("2026-02-01", "a quick one", 1, 2, "3.0")
MEASURED = Measured(Scores(1, 30, 0.9, None, 31, None, 10, 12, 1, 2), (ONE, OTHER))


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
    kept = KeptScores(tmp_path, {"codec": "a"})
    assert kept.read(picture, 4) is None
    kept.write(picture, 4, MEASURED)
    assert KeptScores(tmp_path, {"codec": "a"}).read(picture, 4.0) == MEASURED


def test_anything_else_that_decides_is_measured_anew(
    picture: BenchPicture, pair_root: Path, tmp_path: Path
) -> None:
    kept = KeptScores(tmp_path, {"codec": "a", "version": "1"})
    kept.write(picture, 4, MEASURED)
    assert kept.read(picture, 5) is None
    assert KeptScores(tmp_path, {"codec": "a", "version": "2"}).read(picture, 4) is None
    other = find_pictures(str(pair_root)).pictures[1]
    assert kept.read(other, 4) is None
    assert kept.read(BenchPicture("0", picture.source, None), 4) is None


def test_a_changed_picture_is_measured_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (4, 4)).save(path)
    picture, kept = BenchPicture("a", path, path), KeptScores(tmp_path / "kept", {})
    kept.write(picture, 4, MEASURED)
    assert kept.read(picture, 4) == MEASURED
    Image.new("RGB", (4, 4), "white").save(path)
    assert kept.read(picture, 4) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"bpp": 1}', b"\xff\xfe", b"7"])
def test_damage_counts_as_nothing(picture: BenchPicture, tmp_path: Path, damage: bytes) -> None:
    kept = KeptScores(tmp_path, {})
    kept.write(picture, 4, MEASURED)
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(damage)
    assert kept.read(picture, 4) is None


@pytest.mark.parametrize("conditions", [None, 7, [{"jobs": 1}], ["x"]])
def test_times_without_their_conditions_count_as_nothing(
    picture: BenchPicture, tmp_path: Path, conditions: object
) -> None:
    kept = KeptScores(tmp_path, {})
    kept.write(picture, 4, MEASURED)
    (file,) = tmp_path.rglob("*.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"conditions": conditions}))
    assert kept.read(picture, 4) is None


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
    kept = KeptDistances(tmp_path, {"codec": "a"}, {"sha256": "1"})
    assert kept.read(picture, 4) is None
    kept.write(picture, 4, Distance(value))
    assert KeptDistances(tmp_path, {"codec": "a"}, {"sha256": "1"}).read(picture, 4.0) == Distance(
        value
    )
    assert kept.read(picture, 5) is None
    assert KeptDistances(tmp_path, {"codec": "a"}, {"sha256": "2"}).read(picture, 4) is None
    assert KeptDistances(tmp_path, {"codec": "b"}, {"sha256": "1"}).read(picture, 4) is None
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(b"{}")
    assert kept.read(picture, 4) is None
