"""Outputs appear whole or not at all, and partial files of killed processes are cleared away."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llcodec import _outputs
from llcodec._outputs import (
    atomic_write,
    make_folder,
    partial_file,
    remove_stale_files,
    write_bytes,
)
from llcodec.errors import OutputError

LEFT = ".a.llc.4711.0123abcd.part"


def test_a_file_gets_its_name_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.txt"
    with atomic_write(path) as partial:
        partial.write_text("whole")
        assert partial.name.startswith(".")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")

    def fail() -> None:
        with atomic_write(path) as partial:
            partial.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with (
        pytest.raises(OutputError, match="cannot write"),
        atomic_write(tmp_path / "file/a") as partial,
    ):
        partial.write_text("text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="folder"), atomic_write(tmp_path / "folder") as partial:
        partial.write_text("text")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_nobody_clears_away_what_is_being_written(tmp_path: Path) -> None:
    """Every batch of the command line clears away what killed processes have left in a folder."""
    with atomic_write(tmp_path / "a.txt") as partial:
        partial.write_text("whole")
        remove_stale_files([tmp_path])
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=f"cannot make the folder {path}"):
            make_folder(path)


def test_a_partial_file_lies_beside_its_file_and_is_removed_at_the_end(tmp_path: Path) -> None:
    with partial_file(tmp_path / "a.llc") as (partial, stream):
        stream.write(b"data")
        assert partial.parent == tmp_path
        assert partial.name.startswith(f".a.llc.{os.getpid()}.")
    assert list(tmp_path.iterdir()) == []
    assert not _outputs._own


def test_what_became_of_it_stays(tmp_path: Path) -> None:
    with partial_file(tmp_path / "a.llc") as (partial, stream):
        stream.write(b"data")
        stream.flush()
        partial.replace(tmp_path / "a.llc")
    assert (tmp_path / "a.llc").read_bytes() == b"data"


@pytest.mark.parametrize("name", ["a.llc", "ä" * 120, "\n", "x" * 200])
def test_partial_files_of_a_killed_process_are_cleared_away(tmp_path: Path, name: str) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from llcodec._outputs import partial_file\n"
        "with partial_file(Path(sys.argv[1])) as (partial, stream):\n"
        "    stream.write(b'half'); stream.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script, tmp_path / name], cwd=root, check=False)
    assert done.returncode == -9
    [left] = tmp_path.iterdir()
    assert left.read_bytes() == b"half"
    remove_stale_files([tmp_path, tmp_path / "missing"])
    assert list(tmp_path.iterdir()) == []


def test_partial_files_that_are_being_written_stay(tmp_path: Path) -> None:
    with partial_file(tmp_path / "a.llc") as (partial, _):
        remove_stale_files([tmp_path])
        assert partial.exists()


def test_what_only_looks_like_a_partial_file_stays(tmp_path: Path) -> None:
    names = ["a.part", ".a.part", ".a.llc.4711.0123abcd.partial.png", ".a.4711.0123ABCD.part"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / LEFT).symlink_to("a.part")
    (tmp_path / ".b.llc.4711.0123abcd.part").mkdir()
    os.mkfifo(tmp_path / ".c.llc.4711.0123abcd.part")  # opening it would wait for ever
    before = set(tmp_path.iterdir())
    remove_stale_files([tmp_path])
    assert set(tmp_path.iterdir()) == before


def test_a_partial_file_that_was_cleared_away_before_its_lock_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making and locking there is a moment in which it looks left behind."""
    lock = fcntl.flock
    removed: list[Path] = []

    def too_late(stream: int, operation: int) -> None:
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].unlink()
        lock(stream, operation)

    monkeypatch.setattr(fcntl, "flock", too_late)
    with partial_file(tmp_path / "a.llc") as (partial, _):
        assert partial.exists()
        assert partial != removed[0]
    assert not _outputs._own


def test_file_systems_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_stream: int, _operation: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    (tmp_path / LEFT).touch()
    with partial_file(tmp_path / "a.llc") as (partial, _):
        remove_stale_files([tmp_path])
        assert partial.exists()
    assert [path.name for path in tmp_path.iterdir()] == [LEFT]


def test_the_end_of_one_partial_file_leaves_others(tmp_path: Path) -> None:
    with partial_file(tmp_path / "a") as (outer, _):
        with partial_file(tmp_path / "b"):
            pass
        assert list(tmp_path.iterdir()) == [outer]


def test_all_partial_files_of_a_process_are_removed_at_its_end(tmp_path: Path) -> None:
    with partial_file(tmp_path / "a"), partial_file(tmp_path / "b"):
        _outputs.remove_partial_files()
        assert list(tmp_path.iterdir()) == []


def test_bytes_replace_a_file_only_where_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"old", overwrite=False)
    with pytest.raises(FileExistsError):
        write_bytes(path, b"new", overwrite=False)
    assert path.read_bytes() == b"old"
    write_bytes(path, b"new", overwrite=True)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
