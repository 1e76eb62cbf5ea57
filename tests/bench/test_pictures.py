from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.bench.pictures import BenchPicture, find_pictures
from llcodec.errors import InputError


def test_a_folder_of_pairs(pair_root: Path) -> None:
    found = find_pictures(str(pair_root))
    assert (found.name, found.split) == (pair_root.name, "train")
    assert [picture.id for picture in found.pictures] == ["0", "1", "2"]
    source, reference = found.pictures[1].read()
    assert reference is not None
    assert source.shape == reference.shape == (48, 64, 3)
    assert source.mean() < reference.mean() / 4
    assert found.references == "the bright pictures of the pairs"


def test_a_folder_of_photographs_is_source_and_reference(pair_root: Path) -> None:
    found = find_pictures(str(pair_root / "high"))
    source, reference = found.pictures[0].read()
    assert reference is source
    assert found.references.startswith("the pictures themselves")


def test_a_photograph_is_no_reference_of_something_brighter(pair_root: Path) -> None:
    photograph = find_pictures(str(pair_root / "high")).pictures[0]
    assert photograph.read(brightened=True)[1] is None
    pair = find_pictures(str(pair_root)).pictures[0]
    assert pair.read(brightened=True)[1] is not None


def test_dark_pictures_have_no_reference(pair_root: Path) -> None:
    found = find_pictures("lime", pair_root / "low")
    assert found.pictures[0].read()[1] is None
    assert found.references == "none"


def test_a_data_set_lies_where_its_root_is(pair_root: Path) -> None:
    found = find_pictures("pairs", pair_root)
    assert found.name == pair_root.name
    assert len(found.pictures) == 3


def test_splits_are_those_of_the_table(pair_root: Path, tmp_path: Path) -> None:
    rows = ["split,scene,low,high"]
    for number, split in enumerate(("train", "val", "test")):
        rows.append(f"{split},{number},{pair_root}/low/{number}.png,{pair_root}/high/{number}.png")
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n")
    assert find_pictures(str(tmp_path)).split == "test"
    assert find_pictures(str(tmp_path), split="val").split == "val"
    with pytest.raises(InputError, match="no pairs of the split 'none'"):
        find_pictures(str(tmp_path), split="none")


def test_a_limit_takes_pictures_evenly(tmp_path: Path) -> None:
    for number in range(10):
        Image.fromarray(np.zeros((2, 2, 3), np.uint8)).save(tmp_path / f"{number}.png")
    ids = [picture.id for picture in find_pictures(str(tmp_path), limit=3).pictures]
    assert ids == ["0", "3", "6"]
    assert len(find_pictures(str(tmp_path), limit=99).pictures) == 10


@pytest.mark.parametrize(
    ("dataset", "message"),
    [("nowhere", "neither a folder nor a known data set"), ("lol", "--root")],
)
def test_what_is_not_there_is_named(dataset: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_pictures(dataset)


def test_pairs_of_different_sizes_are_refused(tmp_path: Path) -> None:
    for name, width in (("a", 4), ("b", 5)):
        Image.fromarray(np.zeros((4, width, 3), np.uint8)).save(tmp_path / f"{name}.png")
    with pytest.raises(InputError, match="differ in size"):
        BenchPicture("x", tmp_path / "a.png", tmp_path / "b.png").read()
