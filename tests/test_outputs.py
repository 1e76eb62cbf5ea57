from pathlib import Path

import pytest

from llcodec._outputs import make_folder, written
from llcodec._parts import clear_away
from llcodec.errors import OutputError


def test_a_file_gets_its_name_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.txt"
    with written(path) as part:
        part.write_text("whole")
        assert part.name.startswith(".")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    def fail() -> None:
        with written(path) as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="cannot write"), written(tmp_path / "file/a") as part:
        part.write_text("text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="folder"), written(tmp_path / "folder") as part:
        part.write_text("text")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_nobody_clears_away_what_is_being_written(tmp_path: Path) -> None:
    """Every batch of the command line clears away what killed processes have left in a folder."""
    with written(tmp_path / "a.txt") as part:
        part.write_text("whole")
        clear_away([tmp_path])
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=f"cannot make the folder {path}"):
            make_folder(path)
