"""The manifest of a job: Parquet files with a row for each file, written during the job."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llcodec._extras import require
from llcodec.errors import InputError
from llcodec.stores.store import Store, joined, open_store

_ROWS: Final = 10_000  # of a part
_SECONDS: Final = 20  # that a part may stay open; a crash loses as much
_BATCH: Final = 10_000  # rows read at once
_NO_HASH: Final = "00" * 32
_NO_KEYS: Final = np.empty(0, np.uint64)


@dataclass(frozen=True)
class Row:
    """The result for one file.

    Attributes:
        source: its URL; for a member of a shard, that of the shard.
        target: URL of its output; empty if nothing is written.
        member: name in a shard, in that of the outputs if there is one; empty for whole files.
        bytes_in: size of the source.
        bytes_out: size of the output.
        bpp: bits per pixel of the output of an encoder.
        width: pixels of a row.
        height: rows of pixels.
        quality: of the .llc file.
        model: name of the model.
        model_hash: first 16 digits of the SHA-256 of its weight file.
        seconds: time of reading, working and writing.
        sha256: of the output.
        error: why there is no output, in one line; None if there is.
        damaged: whether a part of the picture was lost, with --salvage or --partial.
        notes: what was left out or lost.
    """

    source: str
    target: str = ""
    member: str = ""
    bytes_in: int | None = None
    bytes_out: int | None = None
    bpp: float | None = None
    width: int | None = None
    height: int | None = None
    quality: float | None = None
    model: str | None = None
    model_hash: str | None = None
    seconds: float | None = None
    sha256: str | None = None
    error: str | None = None
    damaged: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def megapixels(self) -> float:
        """Its size; 0 if it is not known."""
        return (self.width or 0) * (self.height or 0) / 1e6


class ManifestWriter:
    """Writes rows into parts, each completely or not at all. Call ``close`` at the end.

    A part ends after 10,000 rows or 20 seconds: a killed driver loses no more than that.
    """

    def __init__(self, folder: str) -> None:
        self._store, self._path = open_store(folder)
        self._began = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        self._rows: list[Row] = []
        self._opened = time.monotonic()
        self._parts = 0

    def add(self, row: Row) -> None:
        """Add a row; it reaches the store when ``close`` or a later call ends its part."""
        if not self._rows:
            self._opened = time.monotonic()
        self._rows.append(row)
        self.end_part_if_due()

    def end_part_if_due(self) -> None:
        """End the open part if it is full or old. Call this now and then."""
        old = time.monotonic() - self._opened >= _SECONDS
        if self._rows and (old or len(self._rows) >= _ROWS):
            self.close()

    def close(self) -> None:
        """End the open part.

        Raises:
            OutputError: when it cannot be written.
        """
        if not self._rows:
            return
        arrow, parquet = require("pyarrow", "scale"), require("pyarrow.parquet", "scale")
        rows = [_storable(row) for row in self._rows]
        table = arrow.Table.from_pylist(rows, schema=_schema())
        buffer = arrow.BufferOutputStream()
        parquet.write_table(table, buffer, compression="zstd")
        name = f"part-{self._began}-{self._parts:05d}.parquet"
        data = buffer.getvalue().to_pybytes()
        self._store.write(joined(self._path, name), data, overwrite=True)
        self._rows, self._parts = [], self._parts + 1


def _storable(row: Row) -> dict[str, Any]:
    """Return the values of a row; what is not UTF-8 in names and messages is escaped."""
    return {
        name: value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
        for name, value in vars(row).items()
    }


def _schema() -> Any:
    arrow = require("pyarrow", "scale")
    kinds: Mapping[str, Any] = {
        "bytes_in": arrow.int64(),
        "bytes_out": arrow.int64(),
        "bpp": arrow.float64(),
        "width": arrow.int64(),
        "height": arrow.int64(),
        "quality": arrow.float64(),
        "seconds": arrow.float64(),
        "damaged": arrow.bool_(),
        "notes": arrow.list_(arrow.string()),
    }
    names = Row.__dataclass_fields__
    return arrow.schema([(name, kinds.get(name, arrow.string())) for name in names])


@dataclass(frozen=True)
class Whole:
    """Size and checksum of a complete output; both empty if there is no output."""

    bytes_in: int
    bytes_out: int
    sha256: str


@dataclass(frozen=True)
class Done:
    """The finished files of a manifest, about 50 bytes each, as arrays sorted by ``keys``.

    ``keys`` are the first 8 bytes of a hash of the source. Two sources of one key do no harm: one
    of them is checked against the checksum of the other, and is done again.
    """

    keys: NDArray[np.uint64]
    bytes_in: NDArray[np.int64]
    bytes_out: NDArray[np.int64]
    sha256: NDArray[np.uint8]

    def find(self, source: str) -> Whole | None:
        """Return size and checksum of the output of a source; None if it is not finished."""
        key = _key(source, "")
        place = int(np.searchsorted(self.keys, np.uint64(key)))
        if place == len(self.keys) or int(self.keys[place]) != key:
            return None
        size_in, size_out = int(self.bytes_in[place]), int(self.bytes_out[place])
        return Whole(size_in, size_out, self.sha256[place].tobytes().hex())


def read_done(folder: str) -> Done:
    """Return the finished files of the parts in a folder; none if there are no parts.

    Of several rows for one source the last counts.

    Raises:
        InputError: when the manifest cannot be read.
    """
    keys, sizes, hashes = [_NO_KEYS], [np.empty((0, 2), np.int64)], [b""]
    columns = ["source", "member", "bytes_in", "bytes_out", "sha256", "error"]
    for batch in _batches(folder, columns):
        rows = [row for row in batch if not row["member"]]
        keys.append(_keys(rows))
        sizes.append(np.array([_sizes(row) for row in rows], np.int64).reshape(-1, 2))
        hashes.append(b"".join(bytes.fromhex(row["sha256"] or _NO_HASH) for row in rows))
    unique, last = _last(np.concatenate(keys))
    both = np.concatenate(sizes)[last]
    checksums = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)[last]
    good = both[:, 1] >= 0
    return Done(unique[good], both[good, 0], both[good, 1], checksums[good])


def _sizes(row: Mapping[str, Any]) -> tuple[int, int]:
    """Return bytes in and bytes out; -1 bytes out for an error."""
    return row["bytes_in"] or 0, -1 if row["error"] is not None else row["bytes_out"] or 0


def read_failed(folder: str) -> Iterator[Row]:
    """Yield a row for each file, or shard, whose last row in a manifest is an error.

    The row has source, target and error only.

    Raises:
        InputError: when the manifest cannot be read, or there is none.
    """
    keys, failed = [_NO_KEYS], [np.empty(0, np.bool_)]
    for rows in _batches(folder, ["source", "member", "error"]):
        keys.append(_keys(rows))
        failed.append(np.array([row["error"] is not None for row in rows], np.bool_))
    if len(keys) == 1:
        raise InputError(f"{folder}: no manifest of a job")
    unique, last = _last(np.concatenate(keys))
    wanted = set(unique[np.concatenate(failed)[last]].tolist())
    yielded: set[str] = set()
    for rows in _batches(folder, ["source", "member", "target", "error"]):
        for row in rows:
            if row["source"] not in yielded and _key(row["source"], row["member"]) in wanted:
                yielded.add(row["source"])
                yield Row(row["source"], row["target"], error=row["error"])


def has_manifest(folder: str) -> bool:
    """Return whether a folder holds parts of a manifest.

    Raises:
        InputError: when the store cannot be read.
    """
    store, path = open_store(folder)
    return bool(_parts(store, path))


def _parts(store: Store, path: str) -> list[str]:
    if store.find(path) is None:
        return []
    found = (entry for entry in store.entries(path) if not entry.folder)
    return [e.path for e in found if e.name.startswith("part-") and e.name.endswith(".parquet")]


def _batches(folder: str, columns: list[str]) -> Iterator[list[dict[str, Any]]]:
    store, path = open_store(folder)
    parquet = require("pyarrow.parquet", "scale")
    for part in _parts(store, path):
        with store.opened(part) as stream:
            for batch in parquet.ParquetFile(stream).iter_batches(_BATCH, columns=columns):
                yield batch.to_pylist()


def _keys(rows: list[dict[str, Any]]) -> NDArray[np.uint64]:
    return np.array([_key(row["source"], row["member"]) for row in rows], np.uint64)


def _last(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the different keys, sorted, and where each stands for the last time."""
    unique, first = np.unique(keys[::-1], return_index=True)
    return unique, (len(keys) - 1 - first).astype(np.int64)


def _key(source: str, member: str) -> int:
    text = f"{source}\0{member}".encode(errors="backslashreplace")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
