"""Links, loops and ``..`` in batches, outputs that collide: nothing is lost, nothing escapes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
List = Callable[[Path], list[str]]


@pytest.fixture
def tree(picture: Make, tmp_path: Path) -> Path:
    """A folder ``in`` with two pictures, and a picture beside it."""
    for seed, name in enumerate(("in/a.png", "in/sub/b.png", "outside.png")):
        picture(tmp_path / name, seed=seed)
    return tmp_path


def test_links_to_files_are_pictures_and_links_to_folders_are_left_out(
    llc: Any, tree: Path, listing: List
) -> None:
    (tree / "in" / "link.png").symlink_to("../outside.png")
    (tree / "in" / "up").symlink_to("..")
    (tree / "in" / "sub" / "loop").symlink_to(".")
    assert llc.run("encode", "in", "-o", "out", cwd=tree).code == 0
    assert listing(tree / "out") == ["a.llc", "link.llc", "sub/b.llc"]


def test_broken_links_and_loops_cost_themselves_only(llc: Any, tree: Path, listing: List) -> None:
    (tree / "in" / "broken.png").symlink_to("nowhere.png")
    (tree / "in" / "loop.png").symlink_to("loop.png")
    (tree / "in" / "sub" / "there.png").symlink_to("back.png")
    (tree / "in" / "sub" / "back.png").symlink_to("there.png")
    done = llc.run("encode", "in", "-o", "out", cwd=tree)
    assert done.code == 1
    lines = [line for line in done.err.splitlines() if line.startswith("llc: ")]
    assert len(lines) == 5  # and how many failed
    assert "llc: in/broken.png: cannot be read: No such file or directory" in lines
    assert "llc: in/loop.png: cannot be read: Too many levels of symbolic links" in lines
    assert listing(tree / "out") == ["a.llc", "sub/b.llc"]


@pytest.mark.parametrize("verb", ["encode", "enhance"])
def test_two_dots_do_not_lead_out_of_the_output_folder(
    llc: Any, tree: Path, listing: List, verb: str
) -> None:
    inputs = ["sub/../../outside.png", "../in/sub", "sub/.."]
    assert llc.run(verb, *inputs, "-o", "../out", "--quiet", cwd=tree / "in").code == 0
    suffix = {"encode": ".llc", "enhance": ".png"}[verb]
    names = [f"{name}{suffix}" for name in ("a", "b", "outside")]
    assert listing(tree / "out") == names  # b.png by the first way that led to it


def test_an_output_folder_may_be_a_link(llc: Any, tree: Path, listing: List) -> None:
    (tree / "real").mkdir()
    (tree / "out").symlink_to("real")
    assert llc.run("encode", "in", "-o", "out", cwd=tree).code == 0
    assert listing(tree / "real") == ["a.llc", "sub/b.llc"]


@pytest.mark.parametrize("force", [False, True])
def test_two_pictures_never_share_an_output(
    llc: Any, tree: Path, picture: Make, listing: List, force: bool
) -> None:
    picture(tree / "in" / "a.bmp", seed=7)
    done = llc.run("encode", "in", "-o", "out", *["--force"][: int(force)], cwd=tree)
    assert done.code == 1
    assert "in/a.bmp: would be written to out/a.llc, as would in/a.png" in done.err
    assert listing(tree / "out") == ["sub/b.llc"]


def test_names_that_differ_in_case_are_two_files_here_and_both_are_kept(
    llc: Any, tree: Path, picture: Make, listing: List
) -> None:
    picture(tree / "in" / "A.PNG", seed=7)
    done = llc.run("encode", "in", "-o", "out", cwd=tree)
    outputs = listing(tree / "out")
    if done.code == 0:
        assert outputs == ["A.llc", "a.llc", "sub/b.llc"]
    else:  # a file system that does not tell them apart: the second is refused
        assert "A" in done.err
        assert len(outputs) == 2


def test_links_that_share_what_they_lead_to_do_not_lose_a_picture(llc: Any, tree: Path) -> None:
    """What a file system that does not tell a.llc from A.llc does to names, links do here."""
    (tree / "out" / "sub").mkdir(parents=True)
    for name in ("a.llc", "sub/b.llc"):
        (tree / "out" / name).symlink_to(tree / "target.llc")
    (tree / "target.llc").touch()
    done = llc.run("encode", "in", "-o", "out", "--force", cwd=tree)
    assert done.code == 1
    assert "in/sub/b.png: would overwrite out/sub/b.llc, which in/a.png was just" in done.err
    alone = llc.run("encode", "in/a.png", "-o", "expected.llc", cwd=tree)
    assert alone.code == 0
    assert (tree / "target.llc").read_bytes() == (tree / "expected.llc").read_bytes()


@pytest.mark.parametrize("verb", ["enhance", "decode"])
@pytest.mark.parametrize("kind", ["same", "symbolic", "hard", "folder"])
def test_no_input_is_overwritten(llc: Any, tree: Path, sample: bytes, verb: str, kind: str) -> None:
    source = tree / ("x.webp" if verb == "decode" else "outside.png")
    if verb == "decode":
        source.write_bytes(sample)  # an .llc file, whatever its name
    before = source.read_bytes()
    target = {"same": source, "folder": tree / "f" / source.name}.get(kind, tree / "y.png")
    if kind == "symbolic":
        target.symlink_to(source)
    elif kind == "hard":
        target.hardlink_to(source)
    elif kind == "folder":
        (tree / "f").symlink_to(tree)
    done = llc.run(verb, source, "-o", target, "--force")
    assert done.code == 1
    assert "it is also an input" in done.line
    assert source.read_bytes() == before
