from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from llcodec.cli._ends import Ends, ends_of

IMAGES = frozenset({".png", ".jpg"})
LLC = frozenset({".llc"})


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.png", "b.png", "a.llc", "in/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def encode(*names: str, output: str | None = None) -> tuple[Sequence[str], str | None]:
    ends = ends_of(names, output, read=IMAGES, written=LLC)
    return ends.inputs, ends.output


@pytest.mark.parametrize(
    ("names", "output"),
    [
        (("a.png", "new.llc"), "new.llc"),
        (("a.png", "a.llc"), "a.llc"),  # there already: to be refused without --force
        (("a.png", "none/new.llc"), "none/new.llc"),
        (("a.png", "new"), "new"),
        (("none.png", "new.llc"), "new.llc"),
        (("-", "new.llc"), "new.llc"),
        (("a.png", "-"), "-"),
        (("a.png", "/dev/stdout"), "-"),
        (("a.png", "b.png"), None),
        (("a.png", "none.png"), None),  # a typing error, and not the name of an .llc file
        (("a.png", "in"), None),
        (("a.png", "*.png"), None),
        (("in", "none.png"), None),
        (("in", "new.llc"), None),
        (("a.png",), None),
        (("a.png", "b.png", "new.llc"), None),
        (("a.png", "x" * 300), None),
        (("a.png", ""), None),
    ],
)
def test_the_second_of_two_names_may_be_the_output(
    names: tuple[str, ...], output: str | None
) -> None:
    assert encode(*names) == (names if output is None else names[:1], output)


@pytest.mark.parametrize("names", [("a.png", "new/"), ("in", "new/"), ("in", "new"), ("i*", "new")])
def test_folders_for_outputs_need_an_option(names: tuple[str, ...]) -> None:
    with pytest.raises(typer.BadParameter, match=r"write -o new/? for a folder of outputs"):
        encode(*names)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("new.lcc", "new.llc"),
        ("new.llcc", "new.llc"),
        ("new.jgp", "new.jpg"),
        ("d/x.PNF", "d/x.png"),
    ],
)
def test_suffixes_with_typing_errors_are_refused(name: str, meant: str) -> None:
    with pytest.raises(typer.BadParameter, match=rf"{name} does not exist.* mean {meant}\?"):
        encode("a.png", name)
    with pytest.raises(typer.BadParameter, match=rf"mean {meant}\?"):
        ends_of(["a.png", name], None, read=IMAGES, written=IMAGES | LLC)
    assert encode("a.png", output=name) == (("a.png",), name)


@pytest.mark.parametrize("name", ["new", "new.tmp", "new.v2", "new.lossy", "new.llc.part", "new."])
def test_other_suffixes_are_the_users_choice(name: str) -> None:
    assert encode("a.png", name) == (("a.png",), name)


def test_a_file_with_an_odd_suffix_that_exists_is_an_input(tree: Path) -> None:
    (tree / "b.jgp").touch()
    assert encode("a.png", "b.jgp") == (("a.png", "b.jgp"), None)


def test_with_the_option_all_names_are_inputs() -> None:
    assert encode("a.png", "new.llc", output="out") == (("a.png", "new.llc"), "out")


def test_where_reading_and_writing_take_the_same_suffixes_what_exists_is_an_input() -> None:
    for second, output in (("b.png", None), ("new.png", "new.png")):
        assert ends_of(["a.png", second], None, read=IMAGES, written=IMAGES).output == output


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
def test_standard_input_has_many_names(name: str) -> None:
    assert encode(name) == (("-",), None)
    assert encode("a.png", output="/dev/stdout") == (("a.png",), "-")


@pytest.mark.parametrize(
    ("ends", "stdout"),
    [
        (Ends(("a",), None), False),
        (Ends(("a",), "-"), True),
        (Ends(("-",), None), True),
        (Ends(("-",), "a.png"), False),
    ],
)
def test_when_standard_output_is_meant(ends: Ends, stdout: bool) -> None:
    assert ends.to_stdout == stdout
