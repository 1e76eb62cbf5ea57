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

    before: _State
    made: Future[tuple[B, _State]]


class Prefetcher(Generic[B]):
    """Draw batches one step ahead, with the same results as drawing each when it is needed.

    The thread draws from a copy of ``rng``. The state after a batch becomes that of ``rng`` only
    when the batch is returned. A checkpoint that is written in between has the state before the
    batch that is being made, so that a resumed run draws it again.

    Args:
        draw: makes a batch; all random numbers must come from the generator that it gets.
        rng: the generator of the run.
    """

    def __init__(self, draw: Callable[[np.random.Generator], B], rng: np.random.Generator) -> None:
        self._draw, self._rng = draw, rng
        self._thread = ThreadPoolExecutor(1, "prefetch")
        self._ahead: _Ahead[B] | None = None

    def next(self, *, more: bool = True) -> B:
        """Return the next batch, and start making another one if ``more`` is true.

        Raises the errors of ``draw``.
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
