"""The messages to workers, and their answers."""

from dataclasses import dataclass

from llcodec._operations import Operation
from llcodec.batch.manifest import Row, Whole


@dataclass(frozen=True)
class Task:
    """One file, or one shard of files, to process.

    Attributes:
        source: its URL.
        target: URL of its output; empty if nothing is written.
        size: bytes of the source, if they are known.
        overwrite: replace an output that exists.
        whole: size and checksum of the output, if an earlier job finished it.
        look: whether a complete output that is in no manifest may be kept.
        deaths: how many workers died while they had it.
    """

    source: str
    target: str
    size: int | None = None
    overwrite: bool = False
    whole: Whole | None = None
    look: bool = False
    deaths: int = 0


@dataclass(frozen=True)
class Settings:
    """What all workers do.

    Attributes:
        operation: what to do with a file.
        suffixes: suffixes of the files in shards that are processed.
        format: format of pictures to write; by default, that of the name of the output.
        suffix: suffix of outputs; None for that of the input.
        keep_suffix: add the suffix rather than replace that of the input.
        shards: whether sources are WebDataset shards.
        threads: CPU threads of a worker.
    """

    operation: Operation
    suffixes: frozenset[str]
    format: str | None = None
    suffix: str | None = None
    keep_suffix: bool = False
    shards: bool = False
    threads: int = 1


@dataclass(frozen=True)
class Outcome:
    """The outcome of a task.

    Attributes:
        rows: rows for the manifest.
        kept: the number of outputs that were already complete and have rows.
        too_large: megapixels of a picture that needs more room than was given; nothing was done.
    """

    rows: tuple[Row, ...] = ()
    kept: int = 0
    too_large: float | None = None
