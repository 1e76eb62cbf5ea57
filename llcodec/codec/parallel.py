"""Tiles worked on side by side, which share the threads of PyTorch."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

A = TypeVar("A")
B = TypeVar("B")


def parallel_map(work: Callable[[A], B], items: Sequence[A], at_most: int) -> Iterator[B]:
    """Yield what ``work`` makes of each item, in their order.

    As many run at once as PyTorch has threads, but never more than ``at_most``, which bounds their
    memory on any number of cores; they share the threads among them.
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
        torch.set_num_threads(threads)  # part of that setting is one for all threads
