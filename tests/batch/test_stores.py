from pathlib import Path

import pytest

from llcodec.batch.stores import Store, joined, open_store
from llcodec.errors import InputError, OutputError, OutputExistsError

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("fsspec")]


@pytest.fixture(params=["local", "memory", "renaming"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Store, str]:
    """A folder on a disk, in an object store, and in a store that needs renaming."""
    if request.param == "local":
        return open_store(str(tmp_path / "folder"))
    store, path = open_store(f"memory://{tmp_path.name}")
    return (Store(store.fs, "sftp") if request.param == "renaming" else store), path


def test_what_is_written_is_read(place: tuple[Store, str]) -> None:
    store, path = place
    file = joined(path, "sub/a b#1*.llc")
    store.write(file, b"content", overwrite=False)
    assert store.read(file) == b"content"
    found = store.find(file)
    assert found is not None
    assert (found.size, found.folder, found.name) == (7, False, "a b#1*.llc")
    assert [entry.name for entry in store.entries(joined(path, "sub"))] == ["a b#1*.llc"]


def test_nothing_is_overwritten_unless_asked(place: tuple[Store, str]) -> None:
    store, path = place
    file = joined(path, "a.llc")
    store.write(file, b"old", overwrite=False)
    with pytest.raises(OutputExistsError, match="--resume"):
        store.write(file, b"new", overwrite=False)
    assert store.read(file) == b"old"
    store.write(file, b"new", overwrite=True)
    assert store.read(file) == b"new"


def test_a_file_is_put_as_a_whole(place: tuple[Store, str], tmp_path: Path) -> None:
    store, path = place
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    store.put(joined(path, "deep/large"), tmp_path / "large")
    assert [entry.size for entry in store.entries(joined(path, "deep"))] == [100_000]
    store.fetch(joined(path, "deep/large"), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"x" * 100_000


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, path = open_store(f"memory://{tmp_path.name}")
    renaming = Store(store.fs, "sftp")

    def cut_off(*_: object) -> None:
        raise PermissionError(1, "not allowed to rename")

    monkeypatch.setattr(renaming.fs, "mv", cut_off)
    with pytest.raises(OutputError, match=r"cannot write memory://.*: not allowed to rename"):
        renaming.write(joined(path, "a.llc"), b"data", overwrite=True)
    assert renaming.entries(path) == []


def test_limits_and_missing_files(place: tuple[Store, str]) -> None:
    store, path = place
    file = joined(path, "a")
    assert store.find(file) is None
    with pytest.raises(InputError, match=r"(?i)no such file"):
        store.read(file)
    with pytest.raises(InputError, match="no such file or folder"):
        store.entries(joined(path, "nowhere"))
    store.write(file, bytes(2000), overwrite=False)
    with pytest.raises(InputError, match="more than"):
        store.read(file, limit=1000)
    store.write(joined(path, "empty"), b"", overwrite=False)
    assert store.read(joined(path, "empty"), size=0) == b""


def test_local_names_may_look_like_anything(tmp_path: Path) -> None:
    store, path = open_store(f"{tmp_path}/a[1]*?.png")
    assert store.local
    assert store.url(path) == f"{tmp_path}/a[1]*?.png"


def test_an_unknown_protocol_is_one_line() -> None:
    with pytest.raises(InputError, match=r"nix://a: Protocol not known: nix"):
        open_store("nix://a")


def test_links_to_folders_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store, path = open_store(str(tmp_path))
    assert [entry.name for entry in store.entries(path)] == ["real"]
