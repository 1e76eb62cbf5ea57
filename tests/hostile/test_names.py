"""Names that try to break a line, a terminal or the command line."""

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NAMES = [
    b"a\nllc: b.png",
    b"a\r.png",
    b"\x1b[31mred\x1b]0;title\x07.png",
    b"\xff\xfe not UTF-8.png",
    "gnp.\u202e.png".encode(),  # written from right to left
    "a\u2028b\u0085.png".encode(),  # line ends of Unicode
    b"-o.png",
    b"--force.png",
    b"- .png",
    b" .png",
    b"%s {0} $HOME `id` 'a' \"b\".png",
    ("ä" * 125).encode() + b".png",
]


def is_safe(text: str) -> bool:
    """Whether a text has no control characters but the end of each line."""
    hidden = ("Cc", "Cf", "Zl", "Zp", "Cs")
    return not any(unicodedata.category(c) in hidden for c in text.replace("\n", ""))


def names_in(folder: Path) -> list[bytes]:
    return sorted(os.fsencode(path.name) for path in folder.iterdir())


def put(folder: Path, name: bytes, data: bytes) -> bytes:
    path = os.fsencode(folder) + b"/" + name
    with open(path, "wb") as stream:  # noqa: PTH123 — a name of bytes
        stream.write(data)
    return path


@pytest.fixture(scope="module")
def dark(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., Path]) -> bytes:
    """The bytes of a small picture."""
    return picture(tmp_path_factory.mktemp("dark") / "a.png").read_bytes()


@pytest.fixture
def folder(dark: bytes, tmp_path: Path) -> Path:
    """A folder of good pictures with bad names."""
    for name in NAMES:
        put(tmp_path, name, dark)
    return tmp_path


@pytest.mark.parametrize("verb", ["encode", "enhance"])
def test_they_are_read_and_written_and_reported_on_one_line_each(
    llc: Any, folder: Path, verb: str
) -> None:
    done = llc.run(verb, ".", "-o", "out", cwd=folder)
    assert done.code == 0, done.err
    assert len(done.err.splitlines()) == len(done.err.split("\n")) - 1 == len(NAMES)
    assert is_safe(done.err)
    assert len(names_in(folder / "out")) == len(NAMES)


def test_they_come_back(llc: Any, folder: Path) -> None:
    assert llc.run("encode", ".", "-o", "out", "--quiet", cwd=folder).code == 0
    done = llc.run("decode", "out", "-o", "back", cwd=folder)
    assert done.code == 0, done.err
    assert is_safe(done.err)
    assert names_in(folder / "back") == sorted(NAMES)
    shown = llc.run("info", "out", cwd=folder)
    verified = llc.run("verify", "out", cwd=folder)
    assert (shown.code, verified.code) == (0, 0)
    assert is_safe(shown.out.decode())
    assert verified.out.count(b": OK\n") == len(NAMES)


def test_json_keeps_the_bytes_of_names(llc: Any, folder: Path) -> None:
    llc.run("encode", ".", "-o", "out", "--quiet", cwd=folder)
    done = llc.run("info", "out", "--json", cwd=folder)
    records = [json.loads(line) for line in done.out.splitlines()]
    assert done.out.isascii()
    names = {os.fsencode(Path(record["path"]).name) for record in records}
    assert names == {name[:-4] + b".llc" for name in NAMES}


@pytest.mark.parametrize("verb", ["encode", "verify"])
def test_complaints_about_them_are_one_line_each(llc: Any, verb: str, tmp_path: Path) -> None:
    paths = [put(tmp_path, name, b"no picture") for name in NAMES]
    missing = [path + b"?" for path in paths]
    done = llc.run(verb, *paths, *missing, "--quiet")
    assert done.code == 1
    *lines, last = done.err.splitlines()
    assert len(lines) == len(done.err.split("\n")) - 2 == len(paths) + len(missing)
    assert all(line.startswith(f"llc: {tmp_path}/") for line in lines)
    assert last.endswith(f"{len(lines)} of {len(lines)} failed")
    assert is_safe(done.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["encode", "--model\nllc: b", "x"],
        ["encode", "--quality", "\x1b[31m", "x.png"],
        ["decode", "x.llc", "--format", "\n\x1b[2J"],
        ["encode", "x.png", "--model", "\x1b[31m\n"],
        ["\x1b[31m\n"],
    ],
)
def test_complaints_about_options_are_one_line(
    llc: Any, arguments: list[str], dark: bytes, tmp_path: Path
) -> None:
    (tmp_path / "x.png").write_bytes(dark)
    done = llc.run(*arguments, cwd=tmp_path)
    assert done.code in (1, 2)
    assert done.line.startswith("llc: ")
    assert is_safe(done.err)


def test_leading_dashes_are_names_after_two_dashes(
    llc: Any, dark: bytes, tmp_path: Path, listing: Any
) -> None:
    put(tmp_path, b"-f.png", dark)
    assert llc.run("encode", "-f.png", cwd=tmp_path).code == 2
    assert llc.run("encode", "--", "-f.png", cwd=tmp_path).code == 0
    assert llc.run("encode", "./-f.png", "-o", "./-o", cwd=tmp_path).code == 0
    assert listing(tmp_path) == ["-f.llc", "-f.png", "-o"]


def test_a_file_called_dash_is_no_stream_when_a_pattern_finds_it(
    llc: Any, dark: bytes, tmp_path: Path
) -> None:
    put(tmp_path, b"-", dark)
    assert llc.run("encode", "*", cwd=tmp_path, stdin=b"no picture").code == 0
    assert (tmp_path / "-.llc").is_file()
    assert llc.run("encode", "./-", cwd=tmp_path, stdin=b"no picture").code == 1
    assert llc.run("encode", "./-", "--force", cwd=tmp_path, stdin=b"no picture").code == 0
    done = llc.run("encode", "-", "-o", "x", cwd=tmp_path, stdin=b"no picture")
    assert done.line.startswith("llc: standard input: ")


def test_a_long_name_is_refused_before_any_work(llc: Any, dark: bytes, tmp_path: Path) -> None:
    put(tmp_path, b"x" * 253, dark)
    done = llc.run("encode", "x" * 253, cwd=tmp_path)
    assert done.code == 1
    assert "File name too long" in done.line
