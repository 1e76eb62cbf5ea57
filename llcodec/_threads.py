"""The number of threads that NumPy's library of linear algebra (BLAS) uses."""

import os

_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def announce_threads(number: int) -> None:
    """Let NumPy multiply with so many threads, if it is not imported yet.

    Libraries of linear algebra read their environment once, when NumPy is imported; processes that
    are started later inherit it.
    """
    for variable in _VARIABLES:
        os.environ[variable] = str(number)
