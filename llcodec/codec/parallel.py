"""Work on tiles in parallel."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from llcodec._threads import thread_count

A = TypeVar("A")
B = TypeVar("B")


def parallel_map(work: Callable[[A], B], items: Sequence[A], at_most: int) -> Iterator[B]:
    """Yield the result of ``work`` for each item, in order.

    As many run at once as there are threads to compute with, but at most ``at_most``, which bounds
    memory on machines with many cores.
    """
    workers = max(1, min(thread_count(), len(items), at_most))
    if workers == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, items)
