import subprocess
from pathlib import Path

import pytest

from llcodec._version import __version__
from llcodec.data.folders import DataFolders
from llcodec.data.sampling import Sources
from llcodec.training import provenance


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_checkout_tells_its_commit_and_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "llcodec"
    package.mkdir()
    monkeypatch.setattr(provenance, "_PACKAGE", package)
    assert provenance.code_version() == __version__  # no checkout
    (package / "a.py").write_text("1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    head = git(tmp_path, "rev-parse", "HEAD")[:12]
    assert provenance.code_version() == f"{__version__} {head}"
    (package / "a.py").write_text("2")
    assert provenance.code_version() == f"{__version__} {head}+"


def test_a_broken_checkout_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path / "llcodec")
    assert provenance.code_version() == __version__


def test_data_is_named_by_name_and_number(sources: Sources) -> None:
    data = DataFolders([Path("a/lol")], [Path("b/photos")])
    description = provenance.data_summary(data, sources)
    assert description == "lol, photos: 4 pairs, 4 photographs"
