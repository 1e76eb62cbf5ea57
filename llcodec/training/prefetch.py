"""Make the next batch in a thread while a step runs."""

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
    """A batch that is being made; ``before`` is the state of the generator before it."""

    number: int
    before: _State
    made: Future[tuple[B, _State]]


class Prefetcher(Generic[B]):
    """Draw batches one step ahead, with the same results as drawing each when it is needed.

    The thread draws from a copy of ``rng``. The state after a batch becomes that of ``rng`` only
    when the batch is returned. A checkpoint that is written in between has the state before the
    batch that is being made, so that a resumed run draws it again.

    Args:
        draw: makes the batch of a number; all random numbers must come from the generator that it
            gets.
        rng: the generator of the run.
    """

    def __init__(
        self, draw: Callable[[np.random.Generator, int], B], rng: np.random.Generator
    ) -> None:
        self._draw, self._rng = draw, rng
        self._thread = ThreadPoolExecutor(1, "prefetch")
        self._ahead: _Ahead[B] | None = None

    def next(self, number: int, *, more: bool = True) -> B:
        """Return the batch of a number, and start making that of the next if ``more`` is true.

        Raises the errors of ``draw``.
        """
        ahead, self._ahead = self._ahead, None
        state = self._rng.bit_generator.state
        if ahead is None or (ahead.number, ahead.before) != (number, state):
            ahead = self._begin(number)
        batch, after = ahead.made.result()
        self._rng.bit_generator.state = after
        if more:
            self._ahead = self._begin(number + 1)
        return batch

    def _begin(self, number: int) -> _Ahead[B]:
        rng = copy.deepcopy(self._rng)
        before = rng.bit_generator.state

        def make() -> tuple[B, _State]:
            return self._draw(rng, number), dict(rng.bit_generator.state)

        return _Ahead(number, dict(before), self._thread.submit(make))
