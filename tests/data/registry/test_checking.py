import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llcodec.data.registry import REGISTRY, DataSet, Split, check, find, size_problems
from llcodec.data.registry.listing import Sample
from llcodec.errors import InputError

Make = Callable[..., np.ndarray]

SMALL = replace(
    find("lol"),
    splits=(Split("train", samples=2, scenes=2), Split("test", samples=1, named=("1",))),
)


@pytest.fixture
def root(tmp_path: Path, make_picture: Make) -> Path:
    """A small LOL: two pairs to train on, one to test on."""
    for name in ("our485/{}/2.png", "our485/{}/5.png", "eval15/{}/1.png"):
        for folder in ("low", "high"):
            make_picture(tmp_path / name.format(folder))
    return tmp_path


def problems(dataset: DataSet, root: Path) -> list[str]:
    return [str(problem) for problem in check(dataset, root).problems]


def test_a_whole_set(root: Path) -> None:
    report = check(SMALL, root)
    assert report.whole
    assert (report.dataset, report.root, report.problems) == ("lol", root, ())
    assert report.found == {"train": 2, "test": 1}


def test_a_missing_file(root: Path) -> None:
    (root / "eval15/high/1.png").unlink()
    report = check(SMALL, root)
    assert not report.whole
    assert [str(p) for p in report.problems] == [
        "eval15/low/1.png: no partner in eval15/high",
        "split test: 1 pairs expected, 0 found",
    ]
    assert report.found == {"train": 2, "test": 0}


def test_a_missing_folder(root: Path) -> None:
    shutil.rmtree(root / "our485/low")
    assert problems(SMALL, root) == [
        "our485/low: missing folder",
        "split train: 2 pairs expected, 0 found",
        "split train: 2 scenes expected, 0 found",
    ]


def test_too_many_are_not_whole(root: Path, make_picture: Make) -> None:
    for folder in ("low", "high"):
        make_picture(root / f"our485/{folder}/9.png")
    assert problems(SMALL, root) == [
        "split train: 2 pairs expected, 3 found",
        "split train: 2 scenes expected, 3 found",
    ]


def test_another_scene_than_the_named_one(root: Path) -> None:
    dataset = replace(SMALL, splits=(*SMALL.splits[:1], Split("test", named=("1", "22"))))
    assert problems(dataset, root) == ["split test: not there: 22"]


def test_files_that_cannot_be_read(root: Path) -> None:
    (root / "our485/low/2.png").write_bytes(b"")
    (root / "our485/high/5.png").write_bytes(b"no picture")
    assert problems(SMALL, root) == [
        "our485/low/2.png: not an image that can be read: the file is empty",
        "our485/high/5.png: not an image that can be read: unknown format",
    ]


def test_pairs_of_two_sizes(root: Path, make_picture: Make, make_array: Make) -> None:
    make_picture(root / "our485/low/2.png", size=(6, 4))
    (root / "our485/high/5.png").unlink()
    make_array(root / "our485/high/5.npy", size=(4, 7))
    assert problems(SMALL, root) == [
        "our485/low/2.png: 4×6, but our485/high/2.png is 6×4",
        "our485/low/5.png: 6×4, but our485/high/5.npy is 7×4",
    ]


def test_raw_files_are_not_measured(tmp_path: Path, make_raw: Callable[..., None]) -> None:
    make_raw(tmp_path / "short/00001_00_0.1s.ARW", 24, 32)
    make_raw(tmp_path / "long/00001_00_10s.ARW", 24, 34)
    dataset = replace(find("sid"), splits=(Split("train", samples=1, scenes=1),))
    assert problems(dataset, tmp_path) == []
    (tmp_path / "long/00001_00_10s.ARW").write_bytes(b"")
    assert problems(dataset, tmp_path) == ["long/00001_00_10s.ARW: not a RAW file: it is empty"]


def test_a_shared_picture_is_read_once(tmp_path: Path, make_picture: Make) -> None:
    make_picture(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"")
    rows = [Sample(tmp_path / "a.png", tmp_path / "b.png", "s", "train", n) for n in "xy"]
    assert [str(p) for p in size_problems(rows, tmp_path).values()] == [
        "b.png: not an image that can be read: the file is empty"
    ]


def test_what_was_held_out_counts_as_train(root: Path) -> None:
    rows = [
        "train,2,our485/low/2.png,our485/high/2.png",
        "val,5,our485/low/5.png,our485/high/5.png",
    ]
    rows.append("test,1,eval15/low/1.png,eval15/high/1.png")
    moved = root / "prepared"
    moved.mkdir()
    for folder in ("our485", "eval15"):
        (root / folder).rename(moved / folder)
    text = "split,scene,low,high\n" + "\n".join(rows) + "\n"
    (root / "pairs.csv").write_text(
        text.replace(",our", ",prepared/our").replace(",ev", ",prepared/ev")
    )
    report = check(SMALL, root)
    assert report.whole
    assert report.found == {"train": 1, "test": 1, "val": 1}


def test_a_split_that_the_set_has_is_its_own(root: Path) -> None:
    dataset = replace(SMALL, splits=(Split("train", 2), Split("val", 1), Split("test", 1)))
    assert problems(dataset, root) == ["split val: 1 pairs expected, 0 found"]


@pytest.mark.parametrize("name", ["pairs", "photographs"])
def test_any_folder_is_whole_when_it_holds_something(
    tmp_path: Path, make_picture: Make, name: str
) -> None:
    (tmp_path / "low").mkdir()
    (tmp_path / "high").mkdir()
    assert not check(find(name), tmp_path).whole
    for folder in ("low", "high"):
        make_picture(tmp_path / folder / "1.png")
    assert check(find(name), tmp_path).whole


def test_no_folder_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        check(find("lol"), tmp_path / "missing")


WHOLE = {
    "kodak": [f"kodim{n:02}.png" for n in range(1, 25)],
    "lime": [f"{n}.bmp" for n in range(1, 11)],
    "lol": [
        f"{folder}/{half}/{name}.png"
        for folder, names in (
            ("our485", range(1000, 1485)),
            ("eval15", find("lol").splits[1].named),
        )
        for name in names
        for half in ("low", "high")
    ],
    "smid": [
        f"{half}/{n:04}/0001.png" for half in ("SMID_LQ_np", "SMID_Long_np") for n in range(1, 203)
    ],
    "sice": [
        name
        for part, count in (("Dataset_Part1", 360), ("Dataset_Part2", 229))
        for n in range(1, count + 1)
        for name in (f"{part}/{n}/1.png", f"{part}/{n}/2.png", f"{part}/Label/{n}.png")
    ],
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_set_as_published_is_whole(tmp_path: Path, make_picture: Make, name: str) -> None:
    make_picture(tmp_path / "one.png", size=(2, 2))
    data = (tmp_path / "one.png").read_bytes()
    root = tmp_path / "root"
    for file in WHOLE[name]:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(data)
    assert problems(REGISTRY[name], root) == []
    (root / WHOLE[name][-1]).unlink()
    assert problems(REGISTRY[name], root) != []
