import errno
import io
import os
import resource
import stat
import sys
from pathlib import Path

import pytest

from llcodec import _outputs
from llcodec.cli._output import check_stdout, is_special, write_output
from llcodec.errors import OutputError, OutputExistsError


def test_a_file_is_written_with_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_output(str(tmp_path / "a"), b"data", force=False)
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"data"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_existing_files_are_overwritten_by_force_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    target = tmp_path / "a"
    write_output(str(target), b"old", force=False)
    with pytest.raises(OutputExistsError, match="--force"):
        write_output(str(target), b"new", force=False)
    assert target.read_bytes() == b"old"
    write_output(str(target), b"new", force=True)
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def _no_links(self: Path, target: Path) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def test_a_link_is_kept_and_what_it_leads_to_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_output(str(tmp_path / "link"), b"new", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_broken_link_is_not_overwritten_unasked(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(OutputExistsError):
        write_output(str(tmp_path / "link"), b"new", force=False)


def test_names_may_be_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    name = "ä" * 127
    write_output(str(tmp_path / name), b"data", force=False)
    assert (tmp_path / name).read_bytes() == b"data"


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, OSError(errno.ENOSPC, "No space left")])
def test_nothing_is_left_of_what_was_not_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: BaseException
) -> None:
    seen: list[str] = []

    def fail(_number: int) -> None:
        seen.extend(path.name for path in tmp_path.iterdir())
        raise stopped

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_output(str(tmp_path / "a.llc"), b"data", force=False)
    assert [name.startswith(".a.llc.") and name.endswith(".part") for name in seen] == [True]
    assert list(tmp_path.iterdir()) == []
    assert not _outputs._own


def test_a_full_disk(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match="File too large"):
            write_output(str(tmp_path / "a"), bytes(2000), force=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_file_systems_that_cannot_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(_number: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", cannot)
    write_output(str(tmp_path / "a"), b"data", force=False)
    assert (tmp_path / "a").read_bytes() == b"data"


@pytest.mark.parametrize("target", ["missing/a", "file/a"])
def test_a_target_that_cannot_be_written(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").touch()
    for _ in range(2):
        with pytest.raises(OutputError, match="cannot write "):
            write_output(str(tmp_path / target), b"data", force=False)


def test_devices_are_written_to_and_never_replaced() -> None:
    write_output("/dev/null", b"data", force=True)
    assert is_special(Path("/dev/null"))
    with pytest.raises(OutputError, match="cannot write /dev/full: No space left on device"):
        write_output("/dev/full", b"data", force=False)


def test_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream))
    write_output("-", b"data", force=False)
    assert stream.getvalue() == b"data"


def test_standard_output_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="standard output: No space left on device"):
            write_output("-", b"data", force=False)
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())  # what is left can be flushed


def test_nobody_reads_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with io.TextIOWrapper(io.FileIO(writer, "w"), write_through=True) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(BrokenPipeError):
            write_output("-", b"data", force=False)


def test_no_binary_data_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(OutputError, match="is a terminal"):
        check_stdout()
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="is closed"):
        check_stdout()
