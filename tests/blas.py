"""What NumPy multiplies with."""

from threadpoolctl import threadpool_info


def blas_threads() -> set[int]:
    """Return the numbers of threads of the BLAS libraries that are loaded; empty if unknown."""
    return {found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"}
