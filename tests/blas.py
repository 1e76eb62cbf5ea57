"""What NumPy multiplies with."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info


def blas_threads() -> set[int]:
    """Return the numbers of threads of the BLAS libraries that are loaded; empty if unknown."""
    return {found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"}


needs_blas = pytest.mark.skipif(
    not blas_threads(),
    reason=f"threadpoolctl cannot set the threads of NumPy {np.__version__} here: on macOS, NumPy "
    "uses Accelerate, which has no such setting",
)
