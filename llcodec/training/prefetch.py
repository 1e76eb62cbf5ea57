"""The next batch is made in a thread while a step runs."""

import copy
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

B = TypeVar("B")
_State = dict[str, Any]


@dataclass(frozen=True)
class _Ahead(Generic[B]):
    """A batch in the making; ``before`` is the generator's state that it is drawn from."""

    before: _State
    made: Future[tuple[B, _State]]


class Prefetcher(Generic[B]):
    """Draws batches one ahead, as if each were drawn when it is asked for.

    The thread draws from a copy of ``rng``. Its state after a batch becomes that of ``rng`` only
    when the batch is handed out, so a checkpoint written in between holds the state from before
    the batch that is in the making: a resumed run draws it again.

    Args:
        draw: makes a batch, with all its random numbers from the generator that it is given.
        rng: the generator of the run.
    """

    def __init__(self, draw: Callable[[np.random.Generator], B], rng: np.random.Generator) -> None:
        self._draw, self._rng = draw, rng
        self._thread = ThreadPoolExecutor(1, "prefetch")
        self._ahead: _Ahead[B] | None = None

    def next(self, *, more: bool = True) -> B:
        """Return the next batch, and begin with the one after it if there are to be ``more``.

        Raises whatever ``draw`` raises.
        """
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead.before != self._rng.bit_generator.state:
            ahead = self._begin()
        batch, after = ahead.made.result()
        self._rng.bit_generator.state = after
        if more:
            self._ahead = self._begin()
        return batch

    def _begin(self) -> _Ahead[B]:
        rng = copy.deepcopy(self._rng)
        before = rng.bit_generator.state

        def make() -> tuple[B, _State]:
            return self._draw(rng), dict(rng.bit_generator.state)

        return _Ahead(dict(before), self._thread.submit(make))
