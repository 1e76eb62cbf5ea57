"""Process a WebDataset shard: each of its pictures, into a new shard of the outputs."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from llcodec._operations import Made
from llcodec.batch.manifest import Row
from llcodec.batch.naming import output_name
from llcodec.batch.results import TooLargeError, failed, filled, hexdigest
from llcodec.batch.tasks import Settings, Task
from llcodec.errors import OutputError, OutputExistsError
from llcodec.stores.shards import Member, ShardWriter, read_members
from llcodec.stores.store import open_store

Compute = Callable[[Member, str, float], Made]
"""Does the operation: ``(file, name of the output, megapixels allowed) -> Made``."""


@dataclass(frozen=True)
class ShardWork:
    """One shard: it is copied to the local disk, processed, and its output is uploaded complete.

    Members that are not pictures are copied. A picture that fails is left out, and has a row.
    """

    settings: Settings
    compute: Compute
    task: Task
    allowed: float

    def rows(self) -> tuple[Row, ...]:
        """Do it, and return a row for each picture and one for the shard.

        Raises:
            TooLargeError: when a picture has more megapixels than allowed; nothing is written.
            LlcError: when the shard cannot be read or written.
        """
        start, task = perf_counter(), self.task
        self._check_target()
        with tempfile.TemporaryDirectory(prefix="llc-shard-") as folder, ExitStack() as stack:
            shard, made = Path(folder, "in.tar"), Path(folder, "out.tar")
            store, path = open_store(task.source)
            store.fetch(path, shard)
            writer = None
            if task.target:
                writer = stack.enter_context(ShardWriter(stack.enter_context(made.open("wb"))))
            rows = tuple(self._members(shard, writer))
            stack.close()
            whole = Row(task.source, task.target, bytes_in=shard.stat().st_size)
            if task.target:
                store, path = open_store(task.target)
                store.put(path, made)
                with made.open("rb") as stream:
                    digest = hexdigest(stream)
                whole = replace(whole, bytes_out=made.stat().st_size, sha256=digest)
            return (*rows, replace(whole, seconds=round(perf_counter() - start, 4)))

    def _check_target(self) -> None:
        task = self.task
        if not task.target or task.overwrite:
            return
        store, path = open_store(task.target)
        if store.find(path) is not None:
            raise OutputExistsError(
                f"{task.target} exists already (--force overwrites it, --resume keeps complete "
                "outputs)"
            )

    def _members(self, shard: Path, writer: ShardWriter | None) -> Iterator[Row]:
        rule, names = output_name(self.settings), set[str]()
        for member in read_members(shard):
            if member.suffix not in self.settings.suffixes:
                if writer is not None and writer.holds(member.name):
                    writer.add(member)
                continue
            place = Path(member.name)
            name = member.name if rule is None else str(place.with_name(rule(place, False)))
            start = perf_counter()
            row = Row(self.task.source, self.task.target, name, len(member.data))
            try:
                if name in names:
                    raise OutputError(f"another picture of this shard is called {name} too")
                names.add(name)
                made = self.compute(member, name, self.allowed)
                if writer is not None:
                    _check_name(writer, name)
                    writer.add(Member(name, bytes(made.data)))
                yield filled(row, made, perf_counter() - start)
            except TooLargeError:
                raise
            except Exception as error:
                yield failed(row, error, perf_counter() - start)


def _check_name(writer: ShardWriter, name: str) -> None:
    if not writer.holds(name):
        raise OutputError(f"{name} is not a name of a WebDataset sample, KEY.SUFFIX")
