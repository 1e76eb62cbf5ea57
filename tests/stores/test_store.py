import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from llcodec.batch.planning import normal
from llcodec.errors import InputError, MissingLibraryError, OutputError, OutputExistsError
from llcodec.stores.store import Store, joined, open_store

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


CLOUDS = {
    "gs://dark/a.png": ("gcsfs", "dark/a.png"),
    "az://dark/a.png": ("adlfs", "dark/a.png"),
    "hf://datasets/some/one/a.png": ("huggingface_hub", "datasets/some/one/a.png"),
}


@pytest.mark.parametrize("url", CLOUDS)
def test_urls_of_clouds_go_to_their_libraries(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a request: these stores have not been tried."""
    library, path = CLOUDS[url]
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    fsspec = import_module("fsspec")

    monkeypatch.setitem(fsspec.config.conf, "gs", {"token": "anon"})
    monkeypatch.setitem(fsspec.config.conf, "az", {"account_name": "some", "anon": True})
    store, found = open_store(url)
    assert type(store.fs).__module__.partition(".")[0] == library
    assert (found, store.local) == (path, False)
    assert fsspec.utils.get_protocol(normal(url)) in store.fs.protocol


@pytest.mark.parametrize("url", CLOUDS)
def test_a_missing_library_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = CLOUDS[url][0]
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)  # importing it fails
    monkeypatch.delitem(import_module("fsspec.registry")._registry, url.partition(":")[0], False)
    with pytest.raises(MissingLibraryError) as caught:
        open_store(url)
    assert str(caught.value) == f"{url}: {library} is not installed: pip install {library}"


@pytest.mark.parametrize("protocol", ["gs", "az", "hf"])
def test_object_stores_get_whole_files(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in memory under their protocols: one PUT, no hidden name, and URLs that lead back."""
    memory = import_module("fsspec.implementations.memory").MemoryFileSystem
    kind = type("InMemory", (memory,), {"protocol": protocol, "store": {}})
    monkeypatch.setitem(import_module("fsspec.registry")._registry, protocol, kind)
    store, path = open_store(f"{protocol}://small/a.llc")
    monkeypatch.setattr(store.fs, "mv", None)
    store.write(path, b"content", overwrite=False)
    assert store.protocol == protocol
    again, path = open_store(store.url(path))
    assert again.read(path) == b"content"
