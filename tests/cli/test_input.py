import io
import os
import sys
import threading
from pathlib import Path

import pytest

from llcodec.cli._input import picture_source, read_input
from llcodec.errors import InputError


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data")
    assert read_input(str(tmp_path / "a")) == b"data"


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"data")))
    assert read_input("-") == b"data"
    assert picture_source("-") == b""


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_cannot_be_read_is_reported(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read: "):
        read_input(str(tmp_path / name))


def test_there_is_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(11))
    with pytest.raises(InputError, match="the most that is read"):
        read_input(str(tmp_path / "a"), limit=10)


def test_endless_input_ends_at_the_limit() -> None:
    with pytest.raises(InputError, match="has more than 2 MiB"):
        read_input("/dev/zero", limit=2 << 20)


def test_no_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="closed"):
        read_input("-")


def test_nobody_types_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", terminal)
    with pytest.raises(InputError, match="is a terminal"):
        read_input("-")


def test_pictures_come_from_paths_or_from_pipes(tmp_path: Path) -> None:
    file, pipe = tmp_path / "a", tmp_path / "pipe"
    file.write_bytes(b"data")
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"piped",))
    writer.start()
    assert picture_source(str(pipe)) == b"piped"
    writer.join()
    assert picture_source(str(file)) == file


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as stream:
        stream.truncate(1 << 40)  # a hole: it takes no room
    with pytest.raises(InputError, match="has more than 1,024 MiB"):
        read_input(str(tmp_path / "a"))


def test_a_file_called_dash_is_not_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(b"file")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    assert picture_source("-") == b"piped"
    assert picture_source("./-") == Path("./-")
