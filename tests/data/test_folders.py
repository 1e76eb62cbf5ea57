import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec._arrays import Pixels
from llcodec.data import pairs
from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.storage import SpillStore
from llcodec.errors import InputError, MissingLibraryError


def save(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((5, 6, 3), value, np.uint8)).save(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number in range(4):
        save(tmp_path / f"table/low{number}.png", number)
        save(tmp_path / f"table/high{number}.png", 100 + number)
        save(tmp_path / f"photos/{number}.png", 150 + number)
    rows = [f"{'val' if n == 3 else 'train'},low{n}.png,high{n}.png" for n in range(4)]
    (tmp_path / "table/pairs.csv").write_text("\n".join(["split,low,high", *rows]) + "\n")
    save(tmp_path / "plain/low/a.png", 9)
    save(tmp_path / "plain/high/a.png", 90)
    return tmp_path


def test_folders_are_sorted_by_what_they_hold(root: Path) -> None:
    data = DataFolders.sort([root / "photos", root / "plain", root / "table"])
    assert data.pairs == [root / "plain", root / "table"]
    assert data.photographs == [root / "photos"]
    assert len(data.read_photographs()) == 4


def test_pairs_are_those_of_a_split_and_know_their_folder(root: Path) -> None:
    data = DataFolders.sort([root / "table", root / "plain"])
    assert [p.source for p in data.read_pairs("train")] == ["table"] * 3 + ["plain"]
    assert [len(part) for part in data.read_each("val")] == [1, 1]


def test_a_few_pictures_are_spread_over_all_folders(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataFolders.sort([root / "table", root / "plain", root / "photos"])
    read: list[Path] = []
    reading = pairs.read_pixels

    def noted(path: Path) -> Pixels:
        read.append(path)
        return reading(path)

    monkeypatch.setattr(pairs, "read_pixels", noted)
    assert [p.source for p in data.read_some("train", 2)] == ["table", "table"]
    assert [p.source for p in data.read_some("val", 2)] == ["table", "plain"]
    assert [p[0, 0, 0] for p in data.read_photographs(2)] == [150, 152]
    assert len(read) == 4 + 4 + 2  # no file is read for nothing


def test_what_is_read_may_lie_beside_the_memory(root: Path, tmp_path: Path) -> None:
    data = DataFolders([root / "table"], [root / "photos"], SpillStore(0, tmp_path).store)
    as_usual = DataFolders.sort([root / "table", root / "photos"])
    both = zip(data.read_pairs("train"), as_usual.read_pairs("train"), strict=True)
    for pair, wanted in both:
        np.testing.assert_array_equal(pair.low, wanted.low)
        np.testing.assert_array_equal(pair.high, wanted.high)
    for photograph, usual in zip(data.read_photographs(), as_usual.read_photographs(), strict=True):
        np.testing.assert_array_equal(photograph, usual)


def test_a_split_that_is_not_there(root: Path) -> None:
    table = root / "table/pairs.csv"
    table.write_text(table.read_text().replace("val", "train"))
    data = DataFolders.sort([root / "table"])
    assert data.read_each("val") == []
    with pytest.raises(InputError, match="no pairs of the split 'val'"):
        data.read_pairs("val")


def test_missing_folders_are_named(root: Path) -> None:
    with pytest.raises(InputError, match="nowhere: no such folder"):
        DataFolders.sort([root / "photos", root / "nowhere"])


def test_a_third_of_the_bright_halves_each_once(root: Path) -> None:
    read = DataFolders.sort([root / "table"]).read_pairs("train")
    assert len(bright_halves([*read, *read])) == 1


def test_shards_need_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "braceexpand", None)  # importing it fails
    with pytest.raises(MissingLibraryError, match=r'pip install "llcodec\[scale\]"'):
        DataFolders.find(["s3://dark/shard-{0..9}.tar"], 4)
