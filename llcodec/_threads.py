"""The number of threads to compute with."""

import os

_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def announce_threads(number: int) -> None:
    """Let NumPy multiply with so many threads, if it is not imported yet.

    Libraries of linear algebra read their environment once, when NumPy is imported; processes that
    are started later inherit it.
    """
    for variable in _VARIABLES:
        os.environ[variable] = str(number)


def thread_count() -> int:
    """Return the number of threads for networks: as announced, else one per usable CPU.

    ``OMP_NUM_THREADS`` counts as announced, as it does for PyTorch.
    """
    for variable in (*_VARIABLES, "OMP_NUM_THREADS"):
        announced = os.environ.get(variable, "")
        if announced.isdecimal() and int(announced) > 0:
            return int(announced)
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
