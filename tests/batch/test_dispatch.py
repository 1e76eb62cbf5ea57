"""The dispatcher on a real Ray, with actors that do as their tasks say."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from llcodec._operations import Encoding
from llcodec.batch.crew import Cluster, Crew, RemoteWorker
from llcodec.batch.dispatch import MOST_DEATHS, Dispatcher
from llcodec.batch.manifest import Row
from llcodec.batch.rooms import Rooms
from llcodec.batch.tasks import Outcome, Settings, Task
from llcodec.errors import LlcError, UnknownModelError

pytestmark = [
    pytest.mark.scale,
    pytest.mark.extra("ray"),
    pytest.mark.filterwarnings("ignore"),
]


class Obedient(RemoteWorker):
    """Does what the name of a task says: ``die``, ``megapixels 40``, or anything."""

    def ready(self) -> str:
        """Load nothing."""
        import ray

        return str(ray.get_runtime_context().get_node_id())

    def do(self, task: Task, allowed: float) -> Outcome:
        """Do it."""
        if task.source == "die":
            os._exit(1)
        what, _, number = task.source.partition(" ")
        if what == "megapixels" and float(number) > allowed:
            return Outcome(too_large=float(number))
        time.sleep(0.05)
        return Outcome((Row(task.source, sha256=str(os.getpid()), bpp=allowed),))


class ObedientCrew(Crew):
    """A crew of obedient workers."""

    worker_class = Obedient


@pytest.fixture
def crew() -> Iterator[Crew]:
    """A crew of two."""
    settings = Settings(Encoding(), frozenset())
    with ObedientCrew(Cluster(workers=2), settings) as crew:
        yield crew


def run(crew: Crew, *names: str) -> tuple[list[Row], Dispatcher]:
    tasks: list[Task | Row] = [Task(name, "") for name in names]
    dispatcher = Dispatcher(crew, iter([*tasks, Row("refused", error="no")]), Rooms(30))
    return [row for outcome in dispatcher.run() for row in outcome.rows], dispatcher


def test_a_task_that_kills_its_worker_fails_and_the_others_do_not(crew: Crew) -> None:
    names = [str(number) for number in range(40)]
    rows, dispatcher = run(crew, *names[:20], "die", *names[20:])
    failures = {row.source: row.error for row in rows}
    assert len(rows) == len(failures) == 42
    assert failures.pop("refused") == "no"
    killed = failures.pop("die")
    assert killed is not None
    assert f"died {MOST_DEATHS} times" in killed
    assert set(failures) == set(names)
    assert set(failures.values()) == {None}
    assert dispatcher.deaths == MOST_DEATHS


def test_large_pictures_wait_for_room(crew: Crew) -> None:
    rows, _ = run(crew, "a", "megapixels 40", "megapixels 20", "b", "c", "d", "megapixels 25")
    allowed = {row.source: row.bpp for row in rows}
    assert allowed["megapixels 40"] == 40  # above the limit of the node: alone
    # A worker has the whole node until the other one is ready.
    assert allowed["a"] in (15, 30)
    assert allowed["megapixels 20"] in (20, 30)
    assert allowed["megapixels 25"] in (25, 30)
    assert len(rows) == 8


class Unwell(RemoteWorker):
    """Dies while it loads the model."""

    def ready(self) -> str:
        """Die."""
        os._exit(1)


@pytest.mark.parametrize("worker", [RemoteWorker, Unwell])
def test_workers_that_cannot_start_end_the_job(worker: Any) -> None:
    settings = Settings(Encoding("nothing", "cpu"), frozenset())
    with ObedientCrew(Cluster(workers=1), settings) as crew:
        crew.worker_class = worker
        error = UnknownModelError if worker is RemoteWorker else LlcError
        match = "nothing" if worker is RemoteWorker else "workers die while they load"
        with pytest.raises(error, match=match):
            run(crew, "a")
