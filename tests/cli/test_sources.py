import os
from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.cli._sources import Found, Wanted, file_key, find_sources, identity

SUFFIXES = frozenset({".png", ".jpg"})


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.png", "a.JPG", "note.txt", "sub/c.png", "sub/deep/d.png", ".e.png", ".f/g.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def find(*inputs: str) -> Found:
    return find_sources(inputs, Wanted(SUFFIXES, "images"))


def pairs(found: Found) -> list[tuple[str, str]]:
    assert found.failures == []
    return [(source.path, str(source.place)) for source in found.sources]


def problems(found: Found) -> list[tuple[str, str]]:
    assert found.sources == []
    return [(failure.path, str(failure.error)) for failure in found.failures]


def test_folders_are_searched_in_order_without_hidden_files(tree: Path) -> None:
    assert pairs(find("in")) == [
        ("in/a.JPG", "a.JPG"),
        ("in/b.png", "b.png"),
        ("in/sub/c.png", "sub/c.png"),
        ("in/sub/deep/d.png", "sub/deep/d.png"),
    ]


def test_files_may_have_any_suffix(tree: Path) -> None:
    found = find("in/note.txt", "-")
    assert pairs(found) == [("in/note.txt", "note.txt"), ("-", "stdin")]
    assert all(source.named for source in found.sources)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("in/*.png", [("in/b.png", "b.png")]),
        ("in/s*", [("in/sub/c.png", "sub/c.png"), ("in/sub/deep/d.png", "sub/deep/d.png")]),
        ("in/*/c.png", [("in/sub/c.png", "sub/c.png")]),
        (
            "in/**/*.png",
            [
                ("in/b.png", "b.png"),
                ("in/sub/c.png", "sub/c.png"),
                ("in/sub/deep/d.png", "sub/deep/d.png"),
            ],
        ),
        ("in/sub/**", [("in/sub/c.png", "c.png"), ("in/sub/deep/d.png", "deep/d.png")]),
    ],
)
def test_patterns(tree: Path, pattern: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(find(pattern)) == expected


def test_a_pattern_may_be_absolute(tree: Path) -> None:
    assert pairs(find(f"{tree}/in/*.png")) == [(f"{tree}/in/b.png", "b.png")]


def test_a_name_that_looks_like_a_pattern_is_a_name(tree: Path) -> None:
    (tree / "[a].png").touch()
    assert pairs(find("[a].png")) == [("[a].png", "[a].png")]


def test_a_file_that_is_called_as_the_stream_is_found_as_a_file(tree: Path) -> None:
    (tree / "-").touch()
    assert pairs(find("?")) == [("./-", "-")]


def test_names_of_one_file_have_one_key(tree: Path) -> None:
    (tree / "link").symlink_to("in/b.png")
    (tree / "hard").hardlink_to(tree / "in/b.png")
    assert file_key("link") == file_key("hard") == file_key("in/../in/b.png") is not None
    assert file_key("in/sub/c.png") not in (None, file_key("link"))
    assert {file_key(name) for name in ("-", "", "in", "missing", "/dev/null")} == {None}


def test_each_file_comes_once(tree: Path) -> None:
    found = find("in/b.png", "./in/b.png", str(tree / "in" / "b.png"), "in/*.png", "-", "-")
    assert pairs(found) == [("in/b.png", "b.png"), ("-", "stdin")]


def test_links_to_files_are_followed_and_links_to_folders_are_not(tree: Path) -> None:
    (tree / "links").mkdir()
    (tree / "links" / "file.png").symlink_to(tree / "in" / "b.png")
    (tree / "links" / "folder").symlink_to(tree / "in")
    (tree / "links" / "loop").symlink_to(tree / "links")
    (tree / "links" / "broken.png").symlink_to("nowhere")
    os.mkfifo(tree / "links" / "pipe.png")
    assert [path for path, _ in pairs(find("links"))] == ["links/broken.png", "links/file.png"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.png", "no such file or folder"),
        ("", "no such file or folder"),
        ("in/*.bmp", "no file matches"),
        ("empty", "no images in this folder"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_inputs_that_stand_for_nothing(tree: Path, name: str, message: str) -> None:
    (tree / "empty").mkdir()
    assert problems(find(name)) == [(name, message)]


def test_a_folder_that_cannot_be_read_is_reported(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(top: Path, onerror: Callable[[OSError], None]) -> list[object]:
        onerror(PermissionError(13, "Permission denied", str(top)))
        return []

    monkeypatch.setattr(os, "walk", walk)
    assert problems(find("in")) == [("in", "cannot be read: Permission denied")]


def test_identity_sees_through_spelling_but_not_through_links(tree: Path) -> None:
    (tree / "link").symlink_to("in/b.png")
    (tree / "folder").symlink_to("in")
    assert identity("in/../in/./b.png") == identity("in/b.png") == identity("folder/b.png")
    assert identity("link") != identity("in/b.png")
