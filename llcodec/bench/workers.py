"""Processes that measure side by side, with one thread each."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Self

_THREADS = 1  # of each of several processes


class Workers:
    """``jobs`` processes, which start when they are needed; with one job there shall be none.

    When one of them dies, a pool takes no more work: :meth:`renew` makes way for another.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.renew()

    def pool(self) -> ProcessPoolExecutor:
        """Return the pool that they work in."""
        if self._pool is None:
            context = get_context("spawn")  # PyTorch's threads do not survive a fork
            self._pool = ProcessPoolExecutor(self.jobs, context, initializer=_use_threads)
        return self._pool

    def renew(self) -> None:
        """End all processes, once they have done what they are at; the next work starts others."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def threads_of(jobs: int) -> int:
    """Return how many threads each of ``jobs`` processes computes with; a single one is this."""
    import torch

    return torch.get_num_threads() if jobs == 1 else _THREADS


def _use_threads() -> None:
    import torch

    torch.set_num_threads(_THREADS)
