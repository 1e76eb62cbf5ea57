"""Find the files that SOURCE stands for: a folder, a file, a glob, a list, or shards."""

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from llcodec.batch.lists import is_list, read_list, rows_of_list
from llcodec.errors import InputError
from llcodec.stores.shard_names import SHARD, list_shards
from llcodec.stores.store import Entry, Store, joined, open_store


@dataclass(frozen=True)
class Source:
    """One file to read.

    Attributes:
        url: where it is; a path if it is local.
        place: its path below the folder of outputs.
        size: its bytes, if they are known.
    """

    url: str
    place: str
    size: int | None = None


@dataclass(frozen=True)
class Unusable:
    """A source that cannot be used, and why."""

    url: str
    error: str


@dataclass(frozen=True)
class Found:
    """The files of SOURCE.

    Attributes:
        files: the files, in the order in which they are found.
        total: their number, if it is known before the last is found.
        shards: whether the files are WebDataset shards of pictures.
    """

    files: Iterator[Source | Unusable]
    total: int | None = None
    shards: bool = False


@dataclass(frozen=True)
class Wanted:
    """What to look for in SOURCE.

    Attributes:
        suffixes: suffixes of the files, in lower case.
        what: what they are called, e.g. ``images``.
        without: URLs of folders that are left out, such as that of the outputs.
        column: column of a list; by default, the first of path, source, url, target.
        base: URL that is cut off those in a list, to make the paths of outputs.
    """

    suffixes: frozenset[str]
    what: str
    without: frozenset[str] = frozenset()
    column: str | None = None
    base: str | None = None


def find(source: str, wanted: Wanted) -> Found:
    """Return what ``source`` stands for.

    Folders are searched to any depth, in alphabetical order; hidden files and folders are left
    out, and links to folders are not followed.

    Raises:
        InputError: when there is nothing, or the store cannot be read.
    """
    store, path = open_store(source)
    if is_list(source):
        files = _listed(store, path, wanted)
        return Found(files, rows_of_list(store, path))
    if source.endswith(SHARD):
        shards = _shards(source)
        return Found(iter(shards), len(shards), shards=True)
    entry = store.find(path)
    if entry is None and glob.has_magic(path):
        return Found(_globbed(store, path, wanted))
    if entry is None:
        raise InputError(f"{source}: no such file or folder")
    if entry.folder:
        return Found(_some(_walked(store, path, path, wanted), source, wanted))
    return Found(iter([Source(store.url(path), entry.name, entry.size)]), 1)


def _some(
    files: Iterator[Source | Unusable], source: str, wanted: Wanted
) -> Iterator[Source | Unusable]:
    empty = True
    for file in files:
        empty = False
        yield file
    if empty:
        yield Unusable(source, f"no {wanted.what} in this folder")


def _walked(store: Store, folder: str, base: str, wanted: Wanted) -> Iterator[Source | Unusable]:
    """Yield the files below a folder; the lists of a folder and of its parents are in memory."""
    try:
        entries = store.entries(folder)
    except InputError as error:
        yield Unusable(store.url(folder), str(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if not entry.folder:
            if PurePosixPath(entry.name).suffix.lower() in wanted.suffixes:
                yield _source(store, entry, base)
        elif store.url(entry.path) not in wanted.without:
            yield from _walked(store, entry.path, base, wanted)


def _globbed(store: Store, pattern: str, wanted: Wanted) -> Iterator[Source | Unusable]:
    base = _fixed_part(pattern)
    hidden = "/." in pattern.removeprefix(base)  # only such patterns match hidden names
    found = [e for e in store.matches(pattern) if hidden or "/." not in e.path.removeprefix(base)]
    if not found:
        yield Unusable(store.url(pattern), "no file matches")
    for entry in found:
        if not entry.folder:
            yield _source(store, entry, base)
        elif "**" not in pattern:  # else the contents of the folder match on their own
            yield from _walked(store, entry.path, base, wanted)


def _source(store: Store, entry: Entry, base: str) -> Source:
    place = entry.path.removeprefix(base.rstrip("/")).lstrip("/")
    return Source(store.url(entry.path), place, entry.size)


def _fixed_part(pattern: str) -> str:
    """Return the folders of a pattern before its first wildcard."""
    parts = pattern.split("/")[:-1]
    fixed = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return "/".join(parts[:fixed])


def _shards(pattern: str) -> list[Source]:
    found = list_shards(pattern)
    return [Source(store.url(entry.path), entry.name, entry.size) for store, entry in found]


def _listed(store: Store, path: str, wanted: Wanted) -> Iterator[Source | Unusable]:
    folder = store.url(path.rpartition("/")[0])
    base = folder if wanted.base is None else wanted.base
    for text in read_list(store, path, wanted.column):
        url = text if "://" in text or text.startswith("/") else joined(folder, text)
        place = _place(url, base)
        if place is None:
            yield Unusable(url, "its path would lead out of the folder of outputs")
        else:
            yield Source(url, place)


def _place(url: str, base: str) -> str | None:
    """Return the path of a listed file below the outputs; None if it would lead elsewhere."""
    below = url.removeprefix(f"{base.rstrip('/')}/")
    parts = [part for part in below.partition("://")[2 if "://" in below else 0].split("/") if part]
    if not parts or any(part in (".", "..") for part in parts):
        return None
    return "/".join(parts)
