from collections.abc import Callable
from pathlib import Path

from llcodec.data.registry.pictures import Pictures, scan_pictures

Touch = Callable[..., None]
Shown = Callable[..., list[tuple[str, ...]]]

LAYOUTS = (
    (Pictures("train", "images/train"), Pictures("test", "images/test")),
    (Pictures("train", "train"), Pictures("test", "test")),
)


def test_pictures_to_any_depth(tmp_path: Path, touch: Touch, shown: Shown) -> None:
    touch("train/b.jpg", "train/a/1.png", "test/c.jpg", "train/readme.txt")
    found = scan_pictures(tmp_path, LAYOUTS)
    assert shown(found) == [
        ("train", "1", "a/1", "train/a/1.png"),
        ("train", "b", "b", "train/b.jpg"),
        ("test", "c", "c", "test/c.jpg"),
    ]
    assert all(s.low is None and s.high is not None for s in found.samples)
    assert found.problems == ()


def test_dark_pictures_are_low(tmp_path: Path, touch: Touch) -> None:
    touch("1.bmp")
    [sample] = scan_pictures(tmp_path, [[Pictures("test", ".")]], dark=True).samples
    assert (sample.low, sample.high) == (tmp_path / "1.bmp", None)


def test_a_key_names_scenes_and_leaves_files_out(tmp_path: Path, touch: Touch) -> None:
    touch("img_1_HR.png", "img_1_LR.png")
    found = scan_pictures(
        tmp_path, [[Pictures("train", ".")]], key=lambda s: None if s.endswith("LR") else s[:5]
    )
    assert [(s.scene, s.id) for s in found.samples] == [("img_1", "img_1_HR")]


def test_missing_and_empty_folders_are_reported(tmp_path: Path, touch: Touch) -> None:
    assert [str(p) for p in scan_pictures(tmp_path, LAYOUTS).problems] == [
        "images/train: missing folder",
        "images/test: missing folder",
    ]
    touch("train/notes.txt")
    assert [str(p) for p in scan_pictures(tmp_path, LAYOUTS).problems] == [
        "test: missing folder",
        "train: no pictures",
    ]
