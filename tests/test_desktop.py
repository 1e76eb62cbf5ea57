import configparser
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from PIL import Image

from llcodec import _desktop
from llcodec.container import SIGNATURE
from llcodec.errors import OutputError

ROOT = Path(__file__).parents[1]
SPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux",
    reason="llc integrate follows the freedesktop standards, which Linux desktops use",
)


def entry(folder: Path) -> configparser.SectionProxy:
    """Return the thumbnailer entry, read as desktops do."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(folder / "thumbnailers" / "llcodec.thumbnailer")
    return parser["Thumbnailer Entry"]


def command(line: str, source: Path, target: Path, size: int) -> list[str]:
    """Expand an Exec line as GNOME and Xfce do: first the placeholders, then the quotes."""
    values = {
        "%i": shlex.quote(str(source)),
        "%u": shlex.quote(f"file://{quote(str(source))}"),
        "%o": shlex.quote(str(target)),
        "%s": str(size),
        "%%": "%",
    }
    expanded, rest = "", line
    while "%" in rest:
        before, _, rest = rest.partition("%")
        expanded += before + values[f"%{rest[0]}"]
        rest = rest[1:]
    return shlex.split(expanded + rest)


def test_the_folder_of_data(tmp_path: Path) -> None:
    assert _desktop.data_folder({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path
    for environment in ({}, {"XDG_DATA_HOME": ""}, {"XDG_DATA_HOME": "relative"}):
        assert _desktop.data_folder(environment) == Path.home() / ".local" / "share"


def test_the_type_has_the_signature(tmp_path: Path) -> None:
    _desktop.install(tmp_path)
    tree = ElementTree.parse(tmp_path / "mime" / "packages" / "llcodec.xml")
    [kind] = tree.getroot()
    assert kind.attrib == {"type": "image/x-llc"}
    [match] = kind.iterfind(f"{SPACE}magic/{SPACE}match")
    value = match.attrib["value"].encode().decode("unicode_escape").encode("latin-1")
    assert (value, match.attrib["offset"], match.attrib["type"]) == (SIGNATURE, "0", "string")
    [glob] = kind.iterfind(f"{SPACE}glob")
    assert glob.attrib["pattern"] == "*.llc"


@pytest.mark.skipif(
    not (shutil.which("update-mime-database") and shutil.which("gio")),
    reason="needs shared-mime-info and GLib",
)
def test_the_desktop_knows_the_type(tmp_path: Path, sample: bytes) -> None:
    _desktop.install(tmp_path / "share")
    assert _desktop.update_database(tmp_path / "share")

    def type_of(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        told = subprocess.run(
            ["gio", "info", "-a", "standard::content-type", name],
            cwd=tmp_path,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "share")},
            capture_output=True,
            text=True,
            check=True,
        )
        return told.stdout.split("standard::content-type: ")[1].strip()

    assert type_of("a.llc", sample) == "image/x-llc"
    assert type_of("without-suffix", sample) == "image/x-llc"
    assert type_of("b.txt", b"text") == "text/plain"
    assert _desktop.remove(tmp_path / "share")
    assert _desktop.update_database(tmp_path / "share")
    assert type_of("a.llc", sample) != "image/x-llc"


def test_a_desktop_draws_a_thumbnail(tmp_path: Path, picture: Callable[..., Path]) -> None:
    import llcodec

    _desktop.install(tmp_path / "share")
    place = tmp_path / "it's 100 % dark"
    place.mkdir()
    source = place / "gnome-desktop-file-to-thumbnail"  # GNOME gives it a name without a suffix
    source.write_bytes(llcodec.encode(picture(tmp_path / "dark.png", 96, 64)))
    (place / "llcodec.py").write_text("raise SystemExit('the wrong llcodec')")
    target = place / ".thumbnail.XXXXXX"  # which desktops make before they call
    target.touch()
    found = entry(tmp_path / "share")
    assert found["MimeType"] == "image/x-llc;"
    assert os.access(found["TryExec"], os.X_OK)
    done = subprocess.run(
        command(found["Exec"], source, target, 48),
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(target) as image:
        assert (image.format, image.size) == ("PNG", (48, 32))


def test_odd_paths_of_python_survive(tmp_path: Path) -> None:
    python = "/opt/a b/100%/it's/python"
    [line] = (
        line
        for text in _desktop.files(tmp_path, python).values()
        for line in text.splitlines()
        if line.startswith("Exec=")
    )
    words = command(line.removeprefix("Exec="), Path("/in"), Path("/out"), 128)
    assert words[:5] == [python, "-P", "-m", "llcodec", "decode"]
    assert words[5:] == shlex.split("--max-size 128 --format png --force --quiet /in -o /out")


def test_installing_twice_and_removing_twice(tmp_path: Path) -> None:
    made = _desktop.install(tmp_path)
    assert _desktop.install(tmp_path) == made
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(made)
    assert _desktop.remove(tmp_path) == made
    assert _desktop.remove(tmp_path) == ()


def test_a_database_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "update-mime-database"
    program.write_text("#!/bin/sh\necho 'no\nplace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(OutputError, match="update-mime-database failed: no place"):
        _desktop.update_database(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert not _desktop.update_database(tmp_path)


def test_other_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    _desktop.check_platform()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(OutputError, match="only desktops of Linux are supported, not darwin"):
        _desktop.check_platform()
