import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Llc = Callable[..., Any]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux",
    reason="llc integrate follows the freedesktop standards, which Linux desktops use",
)


@pytest.fixture(autouse=True)
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "share"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder


def test_it_says_what_it_wrote_and_removed(llc: Llc, share: Path) -> None:
    done = llc("integrate", "--user")
    paths = [share / "mime/packages/llcodec.xml", share / "thumbnailers/llcodec.thumbnailer"]
    assert done.code == 0
    assert done.out.decode().splitlines() == [f"wrote {path}" for path in paths]
    assert all(path.is_file() for path in paths)
    done = llc("integrate", "--user", "--remove")
    assert done.out.decode().splitlines() == [f"removed {path}" for path in paths]
    assert not any(path.exists() for path in paths)
    done = llc("integrate", "--user", "--remove")
    assert (done.code, done.out, done.err) == (0, b"nothing to remove\n", "")


def test_a_missing_program_is_told(
    llc: Llc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = llc("integrate", "--user")
    assert done.code == 0
    assert done.problems == done.err.splitlines()
    assert "update-mime-database is not installed" in done.err


def test_user_is_asked_for(llc: Llc, share: Path) -> None:
    done = llc("integrate")
    assert (done.code, len(done.problems)) == (2, 1)
    assert "give --user" in done.err
    assert not share.exists()


def test_a_folder_that_cannot_be_written(llc: Llc, share: Path) -> None:
    share.write_text("a file")
    done = llc("integrate", "--user")
    assert (done.code, done.out, len(done.problems)) == (1, b"", 1)
    assert str(share) in done.err


def test_other_systems(llc: Llc, share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    done = llc("integrate", "--user")
    assert (done.code, len(done.problems)) == (1, 1)
    assert "only desktops of Linux" in done.err
    assert not share.exists()
