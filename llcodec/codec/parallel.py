"""Work on tiles in parallel."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from llcodec._threads import thread_count

A = TypeVar("A")
B = TypeVar("B")

_PENDING = 2  # items of map_beside: one in work, and one that waits


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

    Items are made in the calling thread, while another one works on those before: one item is in
    work and one waits, so that memory does not grow with their number. With a single thread to
    compute with, one goes after the other. If an item cannot be made, the one that waits is
    dropped.
    """
    if thread_count() == 1:
        yield from map(work, items)
        return
    pool, pending = ThreadPoolExecutor(1), deque[Future[B]]()
    try:
        for item in items:
            if len(pending) == _PENDING:
                yield pending.popleft().result()
            pending.append(pool.submit(work, item))
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
