"""Half-written files: whose they are, and what becomes of them."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llcodec import _parts
from llcodec._parts import clear_away, part_of

LEFT = ".a.llc.4711.0123abcd.part"


def test_a_part_lies_beside_its_file_and_is_removed_at_the_end(tmp_path: Path) -> None:
    with part_of(tmp_path / "a.llc") as (part, stream):
        stream.write(b"data")
        assert part.parent == tmp_path
        assert part.name.startswith(f".a.llc.{os.getpid()}.")
    assert list(tmp_path.iterdir()) == []
    assert not _parts._own


def test_what_became_of_it_stays(tmp_path: Path) -> None:
    with part_of(tmp_path / "a.llc") as (part, stream):
        stream.write(b"data")
        stream.flush()
        part.replace(tmp_path / "a.llc")
    assert (tmp_path / "a.llc").read_bytes() == b"data"


@pytest.mark.parametrize("name", ["a.llc", "ä" * 120, "\n", "x" * 200])
def test_parts_of_a_killed_process_are_cleared_away(tmp_path: Path, name: str) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from llcodec._parts import part_of\n"
        "with part_of(Path(sys.argv[1])) as (part, stream):\n"
        "    stream.write(b'half'); stream.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script, tmp_path / name], cwd=root, check=False)
    assert done.returncode == -9
    [left] = tmp_path.iterdir()
    assert left.read_bytes() == b"half"
    clear_away([tmp_path, tmp_path / "missing"])
    assert list(tmp_path.iterdir()) == []


def test_parts_that_are_being_written_stay(tmp_path: Path) -> None:
    with part_of(tmp_path / "a.llc") as (part, _):
        clear_away([tmp_path])
        assert part.exists()


def test_what_only_looks_like_a_part_stays(tmp_path: Path) -> None:
    names = ["a.part", ".a.part", ".a.llc.4711.0123abcd.part.png", ".a.4711.0123ABCD.part"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / LEFT).symlink_to("a.part")
    (tmp_path / ".b.llc.4711.0123abcd.part").mkdir()
    os.mkfifo(tmp_path / ".c.llc.4711.0123abcd.part")  # opening it would wait for ever
    before = set(tmp_path.iterdir())
    clear_away([tmp_path])
    assert set(tmp_path.iterdir()) == before


def test_a_part_that_was_cleared_away_before_its_lock_is_made_anew(
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
    with part_of(tmp_path / "a.llc") as (part, _):
        assert part.exists()
        assert part != removed[0]
    assert not _parts._own


def test_file_systems_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_stream: int, _operation: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    (tmp_path / LEFT).touch()
    with part_of(tmp_path / "a.llc") as (part, _):
        clear_away([tmp_path])
        assert part.exists()
    assert [path.name for path in tmp_path.iterdir()] == [LEFT]


def test_the_end_of_one_part_leaves_others(tmp_path: Path) -> None:
    with part_of(tmp_path / "a") as (outer, _):
        with part_of(tmp_path / "b"):
            pass
        assert list(tmp_path.iterdir()) == [outer]


def test_all_parts_of_a_process_are_removed_at_its_end(tmp_path: Path) -> None:
    with part_of(tmp_path / "a"), part_of(tmp_path / "b"):
        _parts.remove_parts()
        assert list(tmp_path.iterdir()) == []
