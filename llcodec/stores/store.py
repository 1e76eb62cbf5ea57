"""Folders and files in any store that fsspec knows: local disks, S3, GCS, Azure, and more.

Files appear complete or not at all. On local disks, see :mod:`llcodec._outputs`; object stores show
a file when its last byte has arrived; elsewhere it is written under a hidden name and renamed.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from llcodec._extras import install, require
from llcodec._limits import MAX_INPUT_BYTES
from llcodec._outputs import atomic_write, make_folder, write_bytes
from llcodec._reading import read_path
from llcodec.errors import (
    InputError,
    LlcError,
    MissingLibraryError,
    OutputError,
    OutputExistsError,
)
from llcodec.stores.retrying import with_retries

# Protocols of stores where a PUT, or a multipart upload, is seen when it is complete.
_WHOLE_PUTS: Final = frozenset(
    {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "hf", "oss", "memory"}
)


@dataclass(frozen=True)
class Entry:
    """A file or a folder in a folder.

    Attributes:
        path: its path in the store.
        size: its bytes; None for folders, and for stores that do not report it.
        folder: whether it is a folder.
    """

    path: str
    size: int | None
    folder: bool

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Store:
    """A store; paths are those of ``fs``, an ``fsspec.AbstractFileSystem``."""

    fs: Any
    protocol: str

    @property
    def local(self) -> bool:
        """Whether it is the local file system."""
        return self.protocol == "file"

    def url(self, path: str) -> str:
        """Return the URL of a path; for local files, the path."""
        return path if self.local else str(self.fs.unstrip_protocol(path))

    def entries(self, path: str) -> list[Entry]:
        """Return what is in a folder, by name. Links to folders are left out.

        Raises:
            InputError: when it cannot be listed, or does not exist.
        """
        with _explained(InputError, "cannot be listed"):
            found = with_retries(lambda: self.fs.ls(path, detail=True))
        entries = [_entry(info) for info in found if not _is_linked_folder(info)]
        own = path.rstrip("/")  # stores may list an empty object that stands for the folder
        return sorted((e for e in entries if e.path != own), key=lambda entry: entry.name)

    def find(self, path: str) -> Entry | None:
        """Return the entry of a path, or None if there is nothing.

        Raises:
            InputError: when the store cannot be read.
        """
        with _explained(InputError, "cannot be read"):
            try:
                info = with_retries(lambda: self.fs.info(path))
            except (FileNotFoundError, NotADirectoryError):
                return None
        return _entry(info)

    def matches(self, pattern: str) -> list[Entry]:
        """Return the files and folders that match a pattern, by path.

        Raises:
            InputError: when the store cannot be read.
        """
        with _explained(InputError, "cannot be listed"):
            found = with_retries(lambda: self.fs.glob(pattern, detail=True))
        return sorted((_entry(info) for info in found.values()), key=lambda entry: entry.path)

    def read(self, path: str, size: int | None = None, limit: int = MAX_INPUT_BYTES) -> bytes:
        """Return the bytes of a file, in one request.

        Args:
            path: its path.
            size: its size, if it is known.
            limit: the most bytes that are read.

        Raises:
            InputError: when it cannot be read, or has more than ``limit`` bytes.
        """
        if self.local:
            return with_retries(lambda: read_path(Path(path), limit))
        if size == 0:
            return b""
        with _explained(InputError, "cannot be read"):
            try:
                data: bytes = with_retries(lambda: self.fs.cat_file(path, start=0, end=limit + 1))
            except OSError as error:
                if error.errno != errno.EINVAL or self.fs.size(path) != 0:
                    raise
                return b""  # an empty file has no range of bytes
        if len(data) > limit:
            raise InputError(f"has more than {limit >> 20:,} MiB, the most that is read")
        return data

    def fetch(self, path: str, to: Path) -> None:
        """Copy a file to the local disk.

        Raises:
            InputError: when it cannot be read.
        """
        with _explained(InputError, "cannot be read"):
            with_retries(lambda: self.fs.get_file(path, str(to)))

    def write(self, path: str, data: bytes | memoryview, *, overwrite: bool) -> None:
        """Write a file, completely or not at all; folders are created as needed.

        Raises:
            OutputExistsError: when it exists and ``overwrite`` is not set.
            OutputError: when it cannot be written.
        """
        if self.local:
            make_folder(Path(path).parent)
        elif not overwrite and self.find(path) is not None:
            raise _exists(self.url(path))
        with _explained(OutputError, f"cannot write {self.url(path)}"):
            try:
                with_retries(lambda: self._write(path, data, overwrite=overwrite))
            except FileExistsError:
                raise _exists(path) from None

    def _write(self, path: str, data: bytes | memoryview, *, overwrite: bool) -> None:
        if self.local:
            write_bytes(Path(path), data, overwrite=overwrite)
        elif self.protocol in _WHOLE_PUTS:
            self.fs.pipe_file(path, bytes(data))
        else:
            self._rename_into(path, lambda partial: self.fs.pipe_file(partial, bytes(data)))

    def put(self, path: str, file: Path) -> None:
        """Copy a local file to the store, completely or not at all, replacing any file there.

        Raises:
            OutputError: when it cannot be written.
        """
        with _explained(OutputError, f"cannot write {self.url(path)}"):
            if self.local:
                with atomic_write(Path(path)) as partial:
                    shutil.copyfile(file, partial)
            elif self.protocol in _WHOLE_PUTS:
                with_retries(lambda: self.fs.put_file(str(file), path))
            else:
                put = lambda partial: self.fs.put_file(str(file), partial)  # noqa: E731
                with_retries(lambda: self._rename_into(path, put))

    def _rename_into(self, path: str, write: Callable[[str], None]) -> None:
        folder = path.rpartition("/")[0]
        partial = f"{folder}/.{os.getpid()}.{os.urandom(8).hex()}.part"  # no pattern: mv may glob
        self.fs.makedirs(folder, exist_ok=True)
        try:
            write(partial)
            self.fs.mv(partial, path)
        except BaseException:
            with suppress(OSError):
                self.fs.rm_file(partial)
            raise

    @contextmanager
    def opened(self, path: str) -> Iterator[BinaryIO]:
        """Open a file for reading in pieces.

        Raises:
            InputError: when it cannot be read, in the body too.
        """
        with (
            _explained(InputError, "cannot be read"),
            with_retries(lambda: self.fs.open(path, "rb")) as stream,
        ):
            yield stream


def open_store(url: str) -> tuple[Store, str]:
    """Return the store of a URL or a local path, and the path in it.

    Raises:
        MissingLibraryError: when the library of the protocol is not installed.
        InputError: when no library knows the protocol, or the store is not configured.
    """
    fsspec = require("fsspec", "scale")
    if "://" not in url and "::" not in url:
        return Store(fsspec.filesystem("file"), "file"), os.path.abspath(url)  # noqa: PTH100
    try:
        fs, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise _without_library(url, error) from None
    except (ValueError, TypeError) as error:
        raise InputError(f"{url}: {' '.join(str(error).split())}") from None
    protocol = fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0]
    return Store(fs, "file" if protocol in ("file", "local") else protocol), path


def _without_library(url: str, error: ImportError) -> LlcError:
    """Return the error for a store whose library is missing; it names what to install."""
    known: dict[str, dict[str, str]] = require("fsspec.registry", "scale").known_implementations
    protocol = url.rpartition("::")[2].partition("://")[0]
    library = known.get(protocol, {}).get("class", "fsspec").partition(".")[0]
    if library == "fsspec":  # its own class needs a library that only the message names
        return MissingLibraryError(f"{url}: {' '.join(str(error).split())}")
    command = install("scale") if library == "s3fs" else f"pip install {library}"
    return MissingLibraryError(f"{url}: {library} is not installed: {command}")


def joined(url: str, place: str) -> str:
    """Return the URL of ``place`` below the folder ``url``."""
    return f"{url.rstrip('/')}/{place}"


def _entry(info: dict[str, Any]) -> Entry:
    return Entry(str(info["name"]).rstrip("/"), info.get("size"), info["type"] == "directory")


def _is_linked_folder(info: dict[str, Any]) -> bool:
    return bool(info.get("islink")) and Path(info["name"]).is_dir()


def _exists(url: str) -> OutputExistsError:
    return OutputExistsError(
        f"{url} exists already (--force overwrites it, --resume keeps complete outputs)"
    )


@contextmanager
def _explained(kind: type[LlcError], what: str) -> Iterator[None]:
    """Turn the errors of a store's library into one line."""
    try:
        yield
    except (LlcError, FileExistsError):
        raise
    except FileNotFoundError:
        missing = "no such file or folder"
        raise kind(missing if kind is InputError else f"{what}: {missing}") from None
    except Exception as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise kind(f"{what}: {reason or type(error).__name__}") from error
