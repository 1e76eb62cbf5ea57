"""Devices, pipes, sockets and folders as inputs, and what permissions forbid."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
List = Callable[[Path], list[str]]
WRITERS = ["encode", "enhance", "decode"]
READERS = [*WRITERS, "verify", "info"]


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with an empty folder and a socket in it."""
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        yield tmp_path


@pytest.mark.parametrize("verb", READERS)
def test_what_is_no_file_is_refused(llc: Any, verb: str, odd: Path, listing: List) -> None:
    names = ["/dev/null", "/proc/self/mem", "folder", "socket"]
    output = ["-o", "out/"] if verb in WRITERS else []
    done = llc.run(verb, *names, *output, cwd=odd)
    assert done.code == 1
    *lines, last = done.err.splitlines()
    assert sorted(line.split(": ")[1] for line in lines) == names
    assert last == "llc: 4 of 4 failed"
    assert "internal" not in done.err
    assert listing(odd) == ["socket"]


def test_endless_input_ends(llc: Any) -> None:
    done = llc.run("info", "/dev/zero")
    assert done.code == 1
    assert done.line == "llc: /dev/zero: has more than 1,024 MiB, the most that is read"
    assert done.grown_mb < 1300


def test_pipes_are_read_to_their_end(llc: Any, picture: Make, tmp_path: Path) -> None:
    data = picture(tmp_path / "a.png").read_bytes()
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    done = llc.run("encode", "pipe", "-o", "out.llc", cwd=tmp_path)
    writer.join()
    assert done.code == 0, done.err
    assert llc.run("verify", tmp_path / "out.llc").code == 0


def test_a_batch_leaves_pipes_and_devices_alone(
    llc: Any, picture: Make, tmp_path: Path, listing: List
) -> None:
    picture(tmp_path / "in" / "a.png")
    os.mkfifo(tmp_path / "in" / "pipe.png")
    (tmp_path / "in" / "null.png").symlink_to("/dev/null")
    done = llc.run("encode", "in", "-o", "out", cwd=tmp_path)
    assert done.code == 1  # a link with the name of a picture deserves a line
    assert "in/null.png: not an image that can be read: the file is empty" in done.err
    assert listing(tmp_path / "out") == ["a.llc"]


@pytest.fixture
def closed(picture: Make, tmp_path: Path) -> Iterator[Path]:
    """A folder of pictures, with one that may not be read, and one folder that may not."""
    for name in ("in/a.png", "in/secret.png", "in/hidden/b.png"):
        picture(tmp_path / name)
    (tmp_path / "in" / "secret.png").chmod(0)
    (tmp_path / "in" / "hidden").chmod(0)
    yield tmp_path
    (tmp_path / "in" / "hidden").chmod(0o700)


@pytest.mark.parametrize("verb", ["encode", "enhance"])
def test_what_may_not_be_read_costs_itself_only(
    llc: Any, closed: Path, listing: List, verb: str
) -> None:
    done = llc.run(verb, "in", "-o", "out", cwd=closed, ordinary=True)
    assert done.code == 1
    assert "llc: in/secret.png: cannot be read: Permission denied" in done.err
    assert "llc: in/hidden: cannot be read: Permission denied" in done.err
    assert "llc: 2 of 3 failed" in done.err
    assert [name[:1] for name in listing(closed / "out")] == ["a"]


@pytest.fixture
def read_only(picture: Make, sample: bytes, tmp_path: Path) -> Iterator[Path]:
    """A folder with a picture and a file, that may not be written to."""
    folder = tmp_path / "in"
    picture(folder / "a.png")
    (folder / "b.llc").write_bytes(sample)
    folder.chmod(0o500)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    "arguments",
    [
        ["encode", "a.png"],
        ["encode", "a.png", "-o", "b.llc", "--force"],
        ["encode", "a.png", "-o", "new/"],
        ["enhance", "a.png"],
        ["decode", "b.llc"],
    ],
)
def test_a_folder_that_may_not_be_written_to(
    llc: Any, read_only: Path, sample: bytes, listing: List, arguments: list[str]
) -> None:
    done = llc.run(*arguments, cwd=read_only, ordinary=True)
    assert done.code == 1
    assert done.line.endswith("Permission denied")
    assert listing(read_only) == ["a.png", "b.llc"]
    assert (read_only / "b.llc").read_bytes() == sample


def test_a_model_that_may_not_be_read(llc: Any, picture: Make, tmp_path: Path) -> None:
    source, model = picture(tmp_path / "a.png"), tmp_path / "m.safetensors"
    model.touch(0)
    done = llc.run("encode", source, "--model", model, ordinary=True)
    assert done.code == 1
    assert done.line.startswith(f"llc: {model}: ")
