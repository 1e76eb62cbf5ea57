"""Work on tiles in parallel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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


def map_beside(work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """Yield the result of ``work`` for each item, in order.

    Items are made in the calling thread, while another one works on those before; with a single
    thread to compute with, one after the other. If an item cannot be made, those that wait are
    dropped.
    """
    if thread_count() == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(1) as pool:
        try:
            yield from pool.map(work, items)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
