"""The number of threads to compute with."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

# OpenMP is what PyTorch computes with.
_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)


def announce_threads(number: int) -> None:
    """Let libraries that are not imported yet, such as NumPy, compute with so many threads.

    They read their environment once, when they are imported; processes that are started later
    inherit it.
    """
    for variable in _VARIABLES:
        os.environ[variable] = str(number)


def use_threads(number: int | None) -> None:
    """Set the number of CPU threads; None leaves it to the libraries.

    Libraries that are imported later find the number in the environment.
    """
    if number is not None:
        announce_threads(number)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(number)


def thread_count() -> int:
    """Return the number of threads to compute with: as announced, else one per usable CPU."""
    for variable in _VARIABLES:
        announced = os.environ.get(variable, "")
        if announced.isdecimal() and int(announced) > 0:
            return int(announced)
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def single_threaded_products() -> Iterator[None]:
    """Let NumPy multiply matrices with one thread.

    The integer networks multiply thousands of small ones, for several tiles at a time. With more
    threads for each product, a picture of 24 megapixels took half as long again to decode, and a
    small one twice the CPU time. BLAS has one number of threads for the whole process: products
    elsewhere have one thread as well, until the thread that came first leaves.
    """
    with _products().limit(limits=1, user_api="blas"):
        yield


@cache
def _products() -> Any:
    """Return what controls the threads of the BLAS that NumPy has loaded."""
    import numpy  # noqa: F401 (loads it)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
