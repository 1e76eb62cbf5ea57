"""Hand tasks to workers, and replace workers that die."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from llcodec.batch.crew import Crew
from llcodec.batch.manifest import Row
from llcodec.batch.results import failed
from llcodec.batch.rooms import Rooms
from llcodec.batch.tasks import Outcome, Task
from llcodec.errors import LlcError

MOST_DEATHS: Final = 5
"""How many workers may die with a task before it counts as failed."""

_QUEUE: Final = 2  # tasks of a worker: it computes one, and reads or writes another
_BEAT: Final = 1.0  # seconds


@dataclass
class _WorkerState:
    """A worker: its actor, and how many tasks it has."""

    actor: Any
    ready: bool = False
    tasks: int = 0
    alone: bool = False  # has a task that must not share the process


@dataclass(frozen=True)
class _Call:
    """A call of an actor that has not returned; without a task, that of ``ready``."""

    worker: _WorkerState
    task: Task | None = None
    claim: float = 0.0


@dataclass
class Dispatcher:
    """Does tasks with a crew.

    A task whose worker dies is done again, from the second time on in a process that does nothing
    else, so that the picture that kills its worker is identified.

    Args:
        crew: starts workers.
        tasks: what to do; rows among them are passed on. It is read as workers become free.
        rooms: limits the megapixels in work.
    """

    crew: Crew
    tasks: Iterator[Task | Row]
    rooms: Rooms
    deaths: int = 0
    _workers: dict[int, _WorkerState] = field(default_factory=dict)
    _calls: dict[Any, _Call] = field(default_factory=dict)
    _again: deque[Task] = field(default_factory=deque)
    _large: deque[tuple[Task, float]] = field(default_factory=deque)
    _rows: list[Row] = field(default_factory=list)
    _more: bool = True
    _failed_starts: int = 0

    def run(self) -> Iterator[Outcome]:
        """Yield the outcomes of the tasks, in any order, at least one a second.

        An outcome without rows only shows that the job is alive.

        Raises:
            LlcError: when no worker can start.
        """
        for _ in range(self.crew.size()):
            self._hire()
        while True:
            self._fill()
            if self._rows:
                rows, self._rows = tuple(self._rows), []
                yield Outcome(rows)
            if not self._more and not self._again and not self._large and self._idle():
                return
            for reference in self._returned():
                outcome = self._take(reference)
                if outcome is not None:
                    yield outcome
            yield Outcome()

    def _idle(self) -> bool:
        return all(call.task is None for call in self._calls.values())

    def _hire(self) -> None:
        worker = _WorkerState(self.crew.start())
        self._workers[id(worker)] = worker
        self._calls[worker.actor.ready.remote()] = _Call(worker)

    def _returned(self) -> list[Any]:
        """Wait until a call has returned, and return all that have."""
        waiting = list(self._calls)
        if not waiting:
            return []
        wait = self.crew.ray.wait
        wait(waiting, num_returns=1, timeout=_BEAT, fetch_local=False)
        returned, _ = wait(waiting, num_returns=len(waiting), timeout=0)
        return list(returned)

    def _take(self, reference: Any) -> Outcome | None:
        """Take what a call returned."""
        call = self._calls.pop(reference)
        try:
            value = self.crew.ray.get(reference)
        except self.crew.ray.exceptions.RayTaskError as error:
            if call.task is None:
                raise _cause(error) from None
            self._free(call)
            return Outcome((failed(Row(call.task.source, call.task.target), _cause(error), 0),))
        except self.crew.ray.exceptions.RayError:
            return self._replace_dead(call)
        if call.task is None:
            call.worker.ready, self._failed_starts = True, 0
            self.rooms.add(id(call.worker), value)
            return None
        self._free(call)
        outcome: Outcome = value
        if outcome.too_large is not None:
            self._large.append((call.task, outcome.too_large))
            return None
        return outcome

    def _free(self, call: _Call) -> None:
        call.worker.tasks -= 1
        call.worker.alone = False
        if id(call.worker) in self._workers:
            self.rooms.release(id(call.worker), call.claim)

    def _replace_dead(self, call: _Call) -> Outcome | None:
        """Replace a worker that has died, and do its task again."""
        if self._workers.pop(id(call.worker), None) is not None:
            self.deaths += 1
            self.rooms.remove(id(call.worker))
            self.crew.stop(call.worker.actor)
            if call.task is None:
                self._failed_starts += 1
            if self._failed_starts >= MOST_DEATHS:
                raise LlcError("workers die while they load the model: is there enough memory?")
            self._hire()
        if call.task is None:
            return None
        task = replace(call.task, deaths=call.task.deaths + 1)
        if task.deaths >= MOST_DEATHS:
            error = (
                f"the worker process died {MOST_DEATHS} times with this: is there enough memory?"
            )
            return Outcome((Row(task.source, task.target, bytes_in=task.size, error=error),))
        self._again.append(task)
        return None

    def _fill(self) -> None:
        """Give tasks to workers that can take one."""
        reserved = self._place_large()
        for most in range(_QUEUE):  # first one task for each worker
            for key, worker in self._workers.items():
                if not worker.ready or worker.alone or worker.tasks > most:
                    continue
                if self.rooms.node(key) == reserved:
                    continue
                share = self.rooms.share(key)
                if not self.rooms.fits(key, share):
                    continue
                task = self._next(fresh_only=worker.tasks > 0)
                if task is None:
                    return
                self._give(worker, task, share)

    def _next(self, *, fresh_only: bool) -> Task | None:
        """Return the next task, or None if no task is ready."""
        if self._again and not fresh_only:
            return self._again.popleft()
        while self._more:
            task = next(self.tasks, None)
            if task is None:
                self._more = False
            elif isinstance(task, Row):
                self._rows.append(task)
            else:
                return task
        return None

    def _place_large(self) -> str | None:
        """Begin tasks that need more room than others; return a node to empty for one."""
        while self._large:
            task, megapixels = self._large[0]
            free = [
                key
                for key, worker in self._workers.items()
                if worker.ready and not worker.tasks and self.rooms.fits(key, megapixels)
            ]
            if not free:
                ready = (key for key, worker in self._workers.items() if worker.ready)
                first = next(ready, None)
                return None if first is None else self.rooms.node(first)
            self._large.popleft()
            self._give(self._workers[free[0]], task, megapixels)
        return None

    def _give(self, worker: _WorkerState, task: Task, megapixels: float) -> None:
        self.rooms.claim(id(worker), megapixels)
        worker.tasks += 1
        worker.alone = task.deaths > 0
        self._calls[worker.actor.do.remote(task, megapixels)] = _Call(worker, task, megapixels)


def _cause(error: Any) -> Exception:
    """Return the exception that an actor raised."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, Exception) else error
