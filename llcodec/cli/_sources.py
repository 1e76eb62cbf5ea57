"""Find the files that the inputs on the command line stand for."""

import glob
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from llcodec.cli._input import STREAM
from llcodec.errors import InputError, LlcError

if TYPE_CHECKING:
    from llcodec.imaging.optional import OptionalFormat


@dataclass(frozen=True)
class Source:
    """One file to read.

    Attributes:
        path: where it is; ``-`` for standard input.
        place: its path below the folder or the pattern that led to it.
        named: whether the command line names it.
    """

    path: str
    place: Path
    named: bool = False


@dataclass(frozen=True)
class Failure:
    """An input that cannot be used."""

    path: str
    error: LlcError


@dataclass
class Found:
    """The files that inputs stand for, each once, and the inputs that cannot be used."""

    sources: list[Source] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def fail(self, path: str, message: str) -> None:
        """Add an input that cannot be used."""
        self.failures.append(Failure(path, InputError(message)))


@dataclass(frozen=True)
class Wanted:
    """What folders are searched for.

    Attributes:
        suffixes: of the files, in lower case.
        what: what they are called, e.g. ``"images"``.
        unread: files of these suffixes would be read if a library were installed.
    """

    suffixes: frozenset[str]
    what: str
    unread: "Mapping[str, OptionalFormat]" = field(default_factory=dict)

    @property
    def known(self) -> frozenset[str]:
        """All suffixes of images, also of those that cannot be read."""
        return self.suffixes.union(self.unread)


def find_sources(inputs: Sequence[str], wanted: Wanted) -> Found:
    """Return the files that inputs refer to, in their order.

    Folders are searched to any depth, in alphabetical order. Hidden files and folders are left
    out, and links to folders are not followed. Patterns are expanded as shells do, ``**`` included.
    """
    found = Found()
    seen: set[Path] = set()
    for text in inputs:
        for source in _sources(text, wanted, found):
            key = identity(source.path)
            if key not in seen:
                seen.add(key)
                found.sources.append(source)
    return found


def identity(path: str) -> Path:
    """Return a key that is equal for all spellings of a path. Links are not followed."""
    if path == STREAM:
        return Path(path)
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 — unlike resolve, keeps the last link
    return Path(os.path.realpath(absolute.parent), absolute.name)


def file_key(path: str) -> tuple[int, int] | None:
    """Return a key that is equal for all names of a file: links, and names in another case.

    None for streams, devices and pipes, and for files that do not exist.
    """
    try:
        found = None if path == STREAM else Path(path).stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found and stat.S_ISREG(found.st_mode) else None


def _sources(text: str, wanted: Wanted, found: Found) -> Iterator[Source]:
    path = Path(text)
    try:
        if text == STREAM:
            yield Source(text, Path("stdin"), named=True)
        elif text and path.is_dir():
            yield from _in_folder(path, path, wanted, found)
        elif text and (path.exists() or path.is_symlink()):
            yield Source(text, Path(path.name), named=True)
        elif glob.has_magic(text):
            yield from _matches(text, wanted, found)
        else:
            found.fail(text, "no such file or folder")
    except OSError as error:
        found.fail(text, f"cannot be read: {error.strerror or error}")


def _in_folder(folder: Path, base: Path, wanted: Wanted, found: Found) -> Iterator[Source]:
    failures = len(found.failures)
    files = list(_walk(folder, wanted, found))
    if not files and len(found.failures) == failures:
        found.fail(str(folder), f"no {wanted.what} in this folder")
    for file in files:
        yield Source(str(file), file.relative_to(base))


def _walk(folder: Path, wanted: Wanted, found: Found) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        found.fail(str(error.filename), f"cannot be read: {error.strerror}")

    for parent, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            suffix = path.suffix.lower()
            if name.startswith(".") or not _readable(path):
                continue
            if suffix in wanted.unread:
                found.failures.append(Failure(str(path), wanted.unread[suffix].refusal()))
            elif suffix in wanted.suffixes:
                yield path


def _readable(path: Path) -> bool:
    """Return whether to list a file: not pipes and devices, but broken links, to report them."""
    return path.is_file() or path.is_symlink()


def _matches(pattern: str, wanted: Wanted, found: Found) -> Iterator[Source]:
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 — patterns may be absolute
    if not names:
        found.fail(pattern, "no file matches")
    base = _fixed_part(pattern)
    for path in map(Path, names):
        if not path.is_dir():
            yield Source(_spelled(path), path.relative_to(base))
        elif "**" not in pattern:  # else the contents of the folder match on their own
            yield from _in_folder(path, base, wanted, found)


def _spelled(path: Path) -> str:
    """Return a path that does not stand for a stream."""
    return f"./{STREAM}" if str(path) == STREAM else str(path)


def _fixed_part(pattern: str) -> Path:
    """Return the folders of a pattern before its first wildcard."""
    parts: list[str] = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return Path(*parts)
