from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.sice import SICE

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


@pytest.mark.parametrize(("exposures", "dark"), [(2, 1), (3, 1), (7, 3), (9, 4), (18, 9)])
def test_low_is_below_the_middle(
    tmp_path: Path, touch: Touch, shown: Shown, exposures: int, dark: int
) -> None:
    touch(*(f"Dataset_Part1/4/{n}.JPG" for n in range(1, exposures + 1)))
    touch("Dataset_Part1/Label/4.JPG", "Dataset_Part2/Label/x.txt")
    assert shown(SICE.scan(tmp_path)) == [
        (
            "test",
            "Dataset_Part1/4",
            f"Dataset_Part1/4/{n}",
            f"Dataset_Part1/4/{n}.JPG",
            "Dataset_Part1/Label/4.JPG",
        )
        for n in range(1, dark + 1)
    ]


def test_part_two_is_train(tmp_path: Path, touch: Touch) -> None:
    for part in (1, 2):
        for n in (3, 4):
            touch(*(f"Dataset_Part{part}/{n}/{e}.JPG" for e in (1, 2, 3)))
            touch(f"Dataset_Part{part}/Label/{n}.PNG")
    found = SICE.scan(tmp_path)
    assert found.problems == ()
    assert [(s.scene, s.split) for s in found.samples] == [
        ("Dataset_Part1/3", "train"),
        ("Dataset_Part1/4", "test"),
        ("Dataset_Part2/3", "train"),
        ("Dataset_Part2/4", "train"),
    ]


def test_what_is_missing_is_reported(tmp_path: Path, touch: Touch) -> None:
    touch("Dataset_Part1/1/1.JPG", "Dataset_Part1/Label/2.JPG", "Dataset_Part1/Label/1.JPG")
    touch("Dataset_Part1/10/1.JPG", "Dataset_Part1/10/2.JPG", "Dataset_Part2/1/1.JPG")
    assert [str(p) for p in SICE.scan(tmp_path).problems] == [
        "Dataset_Part1/1: too few exposures to tell the dark ones",
        "Dataset_Part1/2: too few exposures to tell the dark ones",
        "Dataset_Part1/10: no picture of this name in Label",
        "Dataset_Part2/Label: missing folder",
    ]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert [str(p) for p in SICE.scan(empty).problems] == [
        "Dataset_Part1: missing folder",
        "Dataset_Part2: missing folder",
    ]


def test_without_its_folders_the_table_counts(tmp_path: Path, touch: Touch) -> None:
    touch("low/2.avif", "ref/5.avif")
    (tmp_path / "pairs.csv").write_text("split,scene,low,ref\ntrain,5,low/2.avif,ref/5.avif\n")
    found = SICE.scan(tmp_path)
    assert found.tabled
    assert len(found.samples) == 1


def test_published_numbers() -> None:
    train, test = SICE.splits
    assert (train.scenes, test.scenes) == (len(set(train.named)), len(set(test.named))) == (531, 58)
    assert len(set(train.named) | set(test.named)) == 360 + 229
