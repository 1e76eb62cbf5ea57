"""Tiles worked on side by side, one thread of PyTorch's for each."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    """Yield what ``work`` makes of each item, in their order, on as many threads as PyTorch has.

    Where there are several, each call has one thread of PyTorch's; one alone has all of them.
    """
    threads = torch.get_num_threads()
    workers = min(threads, len(items))
    if workers <= 1:
        yield from map(work, items)
        return
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield from pool.map(work, items)
    finally:
        torch.set_num_threads(threads)  # part of that setting is one for all threads
