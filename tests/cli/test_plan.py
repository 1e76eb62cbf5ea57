import os
from pathlib import Path

import pytest
import typer

from llcodec._output_names import with_suffix
from llcodec.cli._ends import Ends
from llcodec.cli._plan import (
    Existing,
    Naming,
    Plan,
    reading_plan,
    refuse_mixed_stdout,
    writing_plan,
)
from llcodec.cli._sources import Wanted, find_sources

PNG = frozenset({".png", ".jpg"})
LLC = frozenset({".llc"})


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.png", "in/b.png", "in/sub/b.png", "twins/c.png", "twins/c.jpg", "v1.2"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(
    *inputs: str,
    output: str | None = None,
    force: bool = False,
    skip: bool = False,
    keep_suffix: bool = False,
) -> Plan:
    naming = Naming(
        with_suffix(".llc", PNG, keep_suffix=keep_suffix), LLC, Existing(force, skip, keep_suffix)
    )
    return writing_plan(Ends(inputs, output), find_sources(inputs, Wanted(PNG, "images")), naming)


def targets(made: Plan) -> list[str]:
    assert made.failures == ()
    return [job.target for job in made.jobs]


def problem(made: Plan) -> str:
    assert made.jobs == ()
    [failure] = made.failures
    return str(failure.error)


@pytest.mark.parametrize(
    ("inputs", "output", "expected"),
    [
        (["a.png"], None, ["a.llc"]),
        (["v1.2"], None, ["v1.2.llc"]),
        (["a.png"], "x.llc", ["x.llc"]),
        (["a.png"], "there", ["there/a.llc"]),
        (["a.png"], "new/", ["new/a.llc"]),
        (["a.png"], "-", ["-"]),
        (["-"], None, ["-"]),
        (["-"], "there", ["there/stdin.llc"]),
        (["in"], None, ["in/b.llc", "in/sub/b.llc"]),
        (["in"], "new", ["new/b.llc", "new/sub/b.llc"]),
        (["in/**/*.png"], "new", ["new/b.llc", "new/sub/b.llc"]),
        (["in/sub/*.png"], "new", ["new/b.llc"]),
        (["a.png", "in"], "new", ["new/a.llc", "new/b.llc", "new/sub/b.llc"]),
    ],
)
def test_outputs(inputs: list[str], output: str | None, expected: list[str]) -> None:
    assert targets(plan(*inputs, output=output)) == expected


def test_folders_are_made_only_for_outputs_that_go_into_one() -> None:
    assert plan("a.png", output="x.llc").jobs[0].folder is None
    assert plan("in", output="new").jobs[1].folder == Path("new/sub")


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        (["a.png", "in"], "a.png", "several files need a folder"),
        (["a.png", "in"], "x.llc", "several files need a folder"),
        (["a.png", "in"], "-", "standard output can take only one file"),
        (["a.png", "-"], None, "standard output can take only one file"),
        (["in"], "-", "standard output can take only one file"),
        (["a.png"], "", "the output has no name"),
    ],
)
def test_outputs_that_do_not_go_with_the_inputs(
    inputs: list[str], output: str | None, message: str
) -> None:
    with pytest.raises(typer.BadParameter, match=message):
        plan(*inputs, output=output)


def test_several_files_and_the_name_of_a_new_file_get_a_hint() -> None:
    with pytest.raises(typer.BadParameter, match=r"end it with / for a folder \(x.llc/\)"):
        plan("a.png", "in", output="x.llc")


def test_existing_outputs_can_be_skipped(tree: Path) -> None:
    (tree / "in" / "b.llc").touch()
    made = plan("in", "a.png", skip=True)
    assert targets(made) == ["in/sub/b.llc", "a.llc"]
    assert [(job.source, job.target) for job in made.skipped] == [("in/b.png", "in/b.llc")]
    assert made.total == 3
    with pytest.raises(typer.BadParameter, match="one of --force and --skip-existing"):
        Existing(force=True, skip=True)


def test_a_folder_in_place_of_an_output_is_not_skipped(tree: Path) -> None:
    (tree / "a.llc").mkdir()
    assert "it is a folder" in problem(plan("a.png", skip=True))


def test_twins_keep_their_suffixes_if_asked_to() -> None:
    assert targets(plan("twins", keep_suffix=True)) == ["twins/c.jpg.llc", "twins/c.png.llc"]


def test_equal_names_in_several_folders_keep_their_folders(tree: Path) -> None:
    (tree / "b.png").touch()
    made = plan("b.png", "in/b.png", "a.png", output="new")
    assert targets(made) == ["new/b.llc", "new/in/b.llc", "new/a.llc"]
    assert made.jobs[1].folder == Path("new/in")
    (tree / "in" / "c.jpg").touch()
    assert targets(plan("twins/c.png", "in/c.jpg", output="new")) == [
        "new/twins/c.llc",
        "new/in/c.llc",
    ]
    assert len(plan("twins", "in/c.jpg", output="new").failures) == 2  # the twins are still alike


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("none/x.llc", "cannot write none/x.llc: there is no folder"),
        ("a.png/x.llc", "a.png is not a folder"),
        ("a.png/x/", "a.png is not a folder"),
    ],
)
def test_folders_that_cannot_be_written_to_are_reported_at_once(output: str, message: str) -> None:
    assert message in problem(plan("v1.2", output=output))


def test_devices_need_a_name_for_their_output(tree: Path) -> None:
    os.mkfifo(tree / "pipe.png")
    assert targets(plan("pipe.png")) == ["pipe.llc"]
    wanted = "is not a regular file to name the output after: give -o OUT"
    assert problem(plan("/dev/null")) == wanted
    assert targets(plan("/dev/null", output="x.llc")) == ["x.llc"]


@pytest.mark.parametrize("output", [None, "new"])
def test_two_inputs_for_one_output_are_both_refused(output: str | None) -> None:
    made = plan("twins", "a.png", output=output)
    assert [job.source for job in made.jobs] == ["a.png"]
    assert [failure.path for failure in made.failures] == ["twins/c.jpg", "twins/c.png"]
    assert "as would twins/c.png" in str(made.failures[0].error)


def test_existing_outputs_are_refused_without_force(tree: Path) -> None:
    (tree / "a.llc").touch()
    assert problem(plan("a.png")) == "a.llc exists already (--force overwrites it)"
    assert targets(plan("a.png", force=True)) == ["a.llc"]


@pytest.mark.parametrize("output", ["a.png", "./a.png", "link.png", "hard.png"])
def test_an_output_that_is_an_input_is_refused_even_by_force(tree: Path, output: str) -> None:
    (tree / "link.png").symlink_to("a.png")
    (tree / "hard.png").hardlink_to(tree / "a.png")
    assert "it is also an input" in problem(plan("a.png", output=output, force=True))


def test_a_folder_in_place_of_an_output(tree: Path) -> None:
    (tree / "a.llc").mkdir()
    assert "it is a folder" in problem(plan("a.png", force=True))


def test_a_name_that_is_too_long(tree: Path) -> None:
    with pytest.raises(typer.BadParameter, match="File name too long"):
        plan("a.png", output="x" * 300)
    (tree / ("x" * 253)).touch()
    assert "File name too long" in problem(plan("x" * 253))


def test_a_loop_of_links(tree: Path) -> None:
    (tree / "loop.png").symlink_to("loop.png")
    assert targets(plan("loop.png")) == ["loop.llc"]


def test_devices_need_no_force() -> None:
    assert targets(plan("a.png", output="/dev/null")) == ["/dev/null"]


def test_standard_output_must_not_be_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise typer.BadParameter("checked")

    monkeypatch.setattr("llcodec.cli._plan.check_stdout", refuse)
    with pytest.raises(typer.BadParameter, match="checked"):
        plan("a.png", output="-")


def test_plans_for_reading_have_no_outputs() -> None:
    made = reading_plan(find_sources(["in", "missing"], Wanted(PNG, "images")))
    assert [(job.source, job.target) for job in made.jobs] == [
        ("in/b.png", ""),
        ("in/sub/b.png", ""),
    ]
    assert made.total == 3


def test_json_and_a_file_do_not_share_standard_output() -> None:
    refuse_mixed_stdout(Ends(("a.png",), None), json=True)
    refuse_mixed_stdout(Ends(("-",), "a.llc"), json=True)
    refuse_mixed_stdout(Ends(("-",), None), json=False)
    for ends in (Ends(("-",), None), Ends(("a.png",), "-")):
        with pytest.raises(typer.BadParameter):
            refuse_mixed_stdout(ends, json=True)


def test_the_folders_of_outputs_are_known_of_refused_ones_too(tree: Path) -> None:
    (tree / "a.llc").touch()
    (tree / "elsewhere").mkdir()
    (tree / "in" / "b.llc").symlink_to(tree / "elsewhere" / "real.llc")
    assert plan("a.png", "in").folders == {tree, tree / "elsewhere", tree / "in" / "sub"}
    assert plan("a.png", output="-").folders == frozenset()
