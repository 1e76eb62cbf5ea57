from collections.abc import Callable
from pathlib import Path

from llcodec.data.registry.generic import PAIRS, PHOTOGRAPHS

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]


def test_two_folders_are_training_pairs(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("low/x/1.png", "high/x/1.png", "low/2.jpg", "high/2.jpg", "low/notes.txt")
    found = PAIRS.scan(tmp_path)
    assert found.problems == ()
    assert shown(found) == [
        ("train", "2", "2", "low/2.jpg", "high/2.jpg"),
        ("train", "x/1", "x/1", "low/x/1.png", "high/x/1.png"),
    ]


def test_names_must_be_equal_as_the_loader_needs_it(tmp_path: Path, touch: Touch) -> None:
    touch("low/1.png", "high/1.jpg", "low/x/2.png", "high/2.png")
    found = PAIRS.scan(tmp_path)
    assert found.samples == ()
    assert [str(p) for p in found.problems] == [
        "low/1.png: no partner in high",
        "low/x/2.png: no partner in high",
        "high/1.jpg: no partner in low",
        "high/2.png: no partner in low",
    ]


def test_the_table_goes_before_the_folders(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("low/1.png", "high/1.png", "low/2.png", "high/2.png")
    (tmp_path / "pairs.csv").write_text("split,scene,low,high\nval,s,low/2.png,high/2.png\n")
    assert shown(PAIRS.scan(tmp_path)) == [("val", "s", "low/2", "low/2.png", "high/2.png")]


def test_a_folder_without_either_is_reported(tmp_path: Path, touch: Touch) -> None:
    touch("high/1.png")
    assert [str(p) for p in PAIRS.scan(tmp_path).problems] == ["low: missing folder"]


def test_photographs_to_any_depth(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    assert [str(p) for p in PHOTOGRAPHS.scan(tmp_path).problems] == [".: no pictures"]
    touch("b.png", "a/1.jpg")
    assert shown(PHOTOGRAPHS.scan(tmp_path)) == [
        ("train", "1", "a/1", "a/1.jpg"),
        ("train", "b", "b", "b.png"),
    ]
