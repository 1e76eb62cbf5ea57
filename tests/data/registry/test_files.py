from collections.abc import Callable
from pathlib import Path

from llcodec.data.registry.files import (
    choose,
    frames,
    missing_folders,
    natural,
    pictures_below,
    subfolders,
)
from llcodec.data.registry.folders import Folders

Touch = Callable[..., None]


def test_the_layout_with_most_folders_is_chosen(tmp_path: Path, touch: Touch) -> None:
    first = (Folders("train", "input", "GT"),)
    second = (Folders("train", "LQ", "GT"),)
    third = (Folders("train", "low", "high"),)
    layouts = (first, second, third)
    assert choose(tmp_path, layouts) is None
    assert choose(tmp_path, ()) is None
    touch("GT/1.png")
    assert choose(tmp_path, layouts) is first
    touch("LQ/1.png")
    assert choose(tmp_path, layouts) is second


def test_every_missing_folder_is_reported_once(tmp_path: Path, touch: Touch) -> None:
    touch("a/1.png", "file")
    layout = (Folders("train", "a", "b"), Folders("test", "file", "b"))
    assert [str(p) for p in missing_folders(tmp_path, layout)] == [
        "b: missing folder",
        "file: missing folder",
    ]


def test_frames_are_pictures_arrays_and_raw_files(tmp_path: Path, touch: Touch) -> None:
    touch("b.JPG", "a.npy", "c.ARW", "notes.txt", ".hidden.png", "._b.JPG", "folder/x.png")
    assert [p.name for p in frames(tmp_path)] == ["a.npy", "b.JPG", "c.ARW"]
    assert frames(tmp_path / "missing") == []


def test_pictures_are_searched_to_any_depth(tmp_path: Path, touch: Touch) -> None:
    touch("b.png", "a/2.jpg", "a/b/1.webp", ".cache/1.png", "__MACOSX/._b.png", "a/x.npy")
    found = [p.relative_to(tmp_path).as_posix() for p in pictures_below(tmp_path)]
    assert found == ["a/2.jpg", "a/b/1.webp", "b.png"]


def test_subfolders_are_not_hidden(tmp_path: Path, touch: Touch) -> None:
    touch("b/1.png", "a/1.png", ".c/1.png", "d.png")
    assert [p.name for p in subfolders(tmp_path)] == ["a", "b"]
    assert subfolders(tmp_path / "missing") == []


def test_numbers_are_sorted_as_numbers() -> None:
    names = ["10", "9", "a10b2", "a9b1", "a10b1", "a", "1a"]
    assert sorted(names, key=natural) == ["1a", "9", "10", "a", "a9b1", "a10b1", "a10b2"]
