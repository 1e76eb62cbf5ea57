"""Turn sources into tasks: name the outputs, find conflicts, and skip finished ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from llcodec.batch.manifest import Done, Row
from llcodec.batch.naming import output_name
from llcodec.batch.sources import Found, Source, Unusable
from llcodec.batch.tasks import Settings, Task
from llcodec.stores.store import joined, open_store


@dataclass
class Planner:
    """Plans tasks while the sources are being listed.

    The outputs seen so far are kept as hashes of 16 bytes, to find two that have the same name.

    Args:
        settings: what is done.
        target: URL of the folder of outputs; empty if there are none.
        overwrite: replace outputs that exist.
        done: the finished files of an earlier job; None if nothing is resumed.
    """

    settings: Settings
    target: str
    overwrite: bool = False
    done: Done | None = None
    _seen: set[bytes] = field(default_factory=set)

    def tasks(self, found: Found) -> Iterator[Task | Row]:
        """Yield a task for each source, or the row of one that cannot be used."""
        for source in found.files:
            if isinstance(source, Unusable):
                yield Row(source.url, error=source.error)
            else:
                yield self._task(source)

    def again(self, failed: Iterator[Row]) -> Iterator[Task | Row]:
        """Yield a task for each source of an earlier job that failed.

        Those that had no output of their own, since another source had it, fail again.
        """
        has_outputs = output_name(self.settings) is not None
        for row in failed:
            if row.target or not has_outputs:
                yield Task(row.source, row.target, overwrite=True)
            else:
                yield row

    def _task(self, source: Source) -> Task | Row:
        if not _is_utf8(source.url):
            return _refused(source, "its name is not UTF-8, as names in a manifest must be")
        target = self._target(source)
        if target == source.url:
            return _refused(source, f"cannot write {target}: it is also an input")
        if target and not self._is_new(target):
            way = "" if self.settings.keep_suffix else ": --keep-suffix gives them other names"
            return _refused(source, f"would be written to {target}, as another source is{way}")
        whole = None if self.done is None else self.done.find(source.url)
        if whole is not None and source.size not in (None, whole.bytes_in):
            whole = None  # the source has changed
        return Task(
            source.url,
            target,
            source.size,
            overwrite=self.overwrite or self.done is not None,
            whole=whole,
            look=self.done is not None,
        )

    def _target(self, source: Source) -> str:
        rule = output_name(self.settings)
        if rule is None:
            return ""
        if self.settings.shards:
            return joined(self.target, source.place)
        place = Path(source.place)
        return joined(self.target, place.with_name(rule(place, False)).as_posix())

    def _is_new(self, target: str) -> bool:
        digest = blake2b(target.encode(), digest_size=16).digest()
        new = digest not in self._seen
        self._seen.add(digest)
        return new


def normal(url: str) -> str:
    """Return the usual spelling of a URL; for local folders, the absolute path."""
    store, path = open_store(url)
    return store.url(path).rstrip("/")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(source: Source, error: str) -> Row:
    return Row(source.url, bytes_in=source.size, error=error)
