"""WebDataset shards: tar files of samples, whose members share a key."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO, Final, Self

from llcodec._extras import require
from llcodec._limits import MAX_INPUT_BYTES
from llcodec.errors import InputError

_LONGEST: Final = MAX_INPUT_BYTES


@dataclass(frozen=True)
class Member:
    """A file in a shard: its name and its content."""

    name: str
    data: bytes

    @property
    def suffix(self) -> str:
        """Its suffix in lower case."""
        return PurePosixPath(self.name).suffix.lower()


def read_members(shard: Path) -> Iterator[Member]:
    """Yield the regular files in a shard, in their order, one in memory at a time.

    Raises:
        InputError: when it is not a tar file, or a damaged one, or a member is too long.
    """
    try:
        with tarfile.open(shard, "r:") as tar:
            for info in tar:
                stream = tar.extractfile(info) if info.isreg() else None
                if stream is None:
                    continue
                if info.size > _LONGEST:
                    raise InputError(f"{info.name} has more than {_LONGEST >> 20:,} MiB")
                data = stream.read()
                if len(data) != info.size:
                    raise InputError("the shard is truncated")
                yield Member(info.name, data)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"the shard is damaged: {error}") from error


class ShardWriter:
    """Writes a shard with WebDataset's own writer; equal members make equal bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        writer = require("webdataset.writer", "scale").TarWriter
        self._tar = writer(stream, encoder=False, mtime=0, format="PAX_FORMAT")
        self._split = require("webdataset.tariterators", "scale").base_plus_ext

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tar.close()

    def holds(self, name: str) -> bool:
        """Return whether WebDataset would read a member of this name: it needs a suffix."""
        key, suffix = self._split(name)
        return bool(key) and bool(suffix) and not suffix.startswith("_")

    def add(self, member: Member) -> None:
        """Add a member; its name must be one that the shard holds."""
        key, suffix = self._split(member.name)
        self._tar.write({"__key__": key, suffix: member.data})
