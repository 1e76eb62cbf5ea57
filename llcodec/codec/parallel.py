"""Work on tiles in parallel, with the threads of PyTorch shared among them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

A = TypeVar("A")
B = TypeVar("B")


def parallel_map(work: Callable[[A], B], items: Sequence[A], at_most: int) -> Iterator[B]:
    """Yield the result of ``work`` for each item, in order.

    As many run at once as PyTorch has threads, but at most ``at_most``, which bounds memory on
    machines with many cores. The threads of PyTorch are shared among them.
    """
    threads = torch.get_num_threads()
    workers = max(1, min(threads, len(items), at_most))
    if workers == 1:
        yield from map(work, items)
        return
    share = threads // workers
    try:
        with ThreadPoolExecutor(
            workers, initializer=torch.set_num_threads, initargs=(share,)
        ) as pool:
            yield from pool.map(work, items)
    finally:
        torch.set_num_threads(threads)  # partly a setting of the whole process
