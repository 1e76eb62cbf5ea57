"""Read lists of files: a column of a Parquet or a CSV file, or of several Parquet files."""

import glob
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from llcodec._extras import require
from llcodec.errors import InputError
from llcodec.stores.store import Store

_SUFFIXES: Final = frozenset({".parquet", ".csv"})
_USUAL: Final[tuple[str, ...]] = ("path", "source", "url", "target")
_ROWS: Final = 10_000  # of a Parquet file in memory at once


def is_list(source: str) -> bool:
    """Return whether a source is a list of files, by its suffix."""
    return PurePosixPath(source).suffix.lower() in _SUFFIXES


def read_list(store: Store, path: str, column: str | None) -> Iterator[str]:
    """Yield the paths and URLs in a list, as they stand there; empty ones are left out.

    Args:
        store: where the list is.
        path: its path, or a pattern of several.
        column: the column to read; by default, the first of path, source, url and target.

    Raises:
        InputError: when the list cannot be read, or has no such column.
    """
    for each in _files(store, path):
        with store.opened(each) as stream:
            read = _csv if each.lower().endswith(".csv") else _parquet
            for text in read(stream, column):
                if text:
                    yield str(text)


def rows_of_list(store: Store, path: str) -> int | None:
    """Return how many rows a list of Parquet files has; None for CSV, which does not say."""
    if path.lower().endswith(".csv"):
        return None
    parquet = require("pyarrow.parquet", "scale")
    total = 0
    for each in _files(store, path):
        with store.opened(each) as stream:
            total += parquet.read_metadata(stream).num_rows
    return total


def _files(store: Store, path: str) -> list[str]:
    if not glob.has_magic(path) or store.find(path) is not None:
        return [path]
    found = [entry.path for entry in store.matches(path) if not entry.folder]
    if not found:
        raise InputError(f"{store.url(path)}: no file matches")
    return found


def _parquet(stream: Any, column: str | None) -> Iterator[Any]:
    file = require("pyarrow.parquet", "scale").ParquetFile(stream)
    name = _chosen(file.schema_arrow.names, column)
    for batch in file.iter_batches(_ROWS, columns=[name]):
        yield from batch.column(0).to_pylist()


def _csv(stream: Any, column: str | None) -> Iterator[Any]:
    csv = require("pyarrow.csv", "scale")
    reader = csv.open_csv(stream, convert_options=csv.ConvertOptions(column_types={}))
    name = _chosen(reader.schema.names, column)
    for batch in reader:
        yield from batch.column(name).cast("string").to_pylist()


def _chosen(names: list[str], column: str | None) -> str:
    """Return the name of the column to read."""
    wanted = _USUAL if column is None else (column,)
    found = next((name for name in wanted if name in names), None)
    if found is None:
        raise InputError(
            f"the list has no column {' or '.join(wanted)}; it has {', '.join(names)} (--column)"
        )
    return found
