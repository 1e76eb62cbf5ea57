from collections.abc import Callable
from pathlib import Path

from llcodec.data.registry.folders import Folders, scan_folders

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]

LAYOUTS = ((Folders("train", "a/low", "a/high"), Folders("test", "b/low", "b/high", "b:")),)


def test_files_of_one_name_are_pairs(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("a/low/10.png", "a/low/9.jpg", "a/high/9.png", "a/high/10.npy")
    touch("b/low/9.png", "b/high/9.png", "a/low/notes.txt")
    found = scan_folders(tmp_path, LAYOUTS)
    assert shown(found) == [
        ("train", "9", "9", "a/low/9.jpg", "a/high/9.png"),
        ("train", "10", "10", "a/low/10.png", "a/high/10.npy"),
        ("test", "b:9", "b:9", "b/low/9.png", "b/high/9.png"),
    ]
    assert found.problems == ()


def test_a_key_finds_partners_of_other_names(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("a/low/low1.png", "a/high/normal1.png", "b/low/x", "b/high/x")
    found = scan_folders(tmp_path, LAYOUTS, lambda stem: stem[-1])
    assert shown(found) == [("train", "1", "1", "a/low/low1.png", "a/high/normal1.png")]


def test_everything_without_a_partner_is_reported(tmp_path: Path, touch: Touch) -> None:
    touch("a/low/1.png", "a/low/2.png", "a/low/2.jpg", "a/low/10.png")
    touch("a/high/2.png", "a/high/3.png", "b/high/1.png")
    found = scan_folders(tmp_path, LAYOUTS)
    assert [s.id for s in found.samples] == ["2"]
    assert [str(p) for p in found.problems] == [
        "b/low: missing folder",
        "a/low/2.png: a second file of the name 2.jpg",
        "a/low/1.png: no partner in a/high",
        "a/low/10.png: no partner in a/high",
        "a/high/3.png: no partner in a/low",
    ]


def test_without_its_folders_the_table_counts(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    assert [str(p) for p in scan_folders(tmp_path, LAYOUTS).problems] == [
        f"{folder}: missing folder" for folder in ("a/low", "a/high", "b/low", "b/high")
    ]
    touch("x.png", "y.png")
    (tmp_path / "pairs.csv").write_text("split,scene,low,high\nval,s,x.png,y.png\n")
    found = scan_folders(tmp_path, LAYOUTS)
    assert shown(found) == [("val", "s", "x", "x.png", "y.png")]
    assert found.tabled
    touch("a/low/1.png", "a/high/1.png")
    assert not scan_folders(tmp_path, LAYOUTS).tabled
