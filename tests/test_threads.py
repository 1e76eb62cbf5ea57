"""The number of threads that NumPy uses."""

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_limits

from llcodec._threads import (
    announce_threads,
    single_threaded_products,
    thread_count,
    use_threads,
)
from tests.blas import blas_threads, needs_blas

COUNT = """
import numpy, os
x = numpy.ones((600, 600)); x @ x
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads as Linux does")
def test_processes_that_start_later_have_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        monkeypatch.setenv(variable, "7")  # put back afterwards
    announce_threads(1)
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_networks_use_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        monkeypatch.setenv(variable, "7")  # put back afterwards
    announce_threads(3)
    assert thread_count() == 3
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert thread_count() == 5
    for senseless in ("0", "-2", "many", ""):
        monkeypatch.setenv("OMP_NUM_THREADS", senseless)
        assert thread_count() >= 1
    monkeypatch.delenv("OMP_NUM_THREADS")
    usable = thread_count()
    if hasattr(os, "sched_getaffinity"):
        assert usable == len(os.sched_getaffinity(0))


def test_threads_are_set_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    asked: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    use_threads(None)
    use_threads(3)
    assert asked == [3]


@needs_blas
def test_products_have_one_thread_and_afterwards_what_they_had() -> None:
    with threadpool_limits(2, "blas"):
        with single_threaded_products():
            assert blas_threads() == {1}
        assert blas_threads() == {2}
        with pytest.raises(ValueError, match="broken"), single_threaded_products():
            raise ValueError("broken")
        assert blas_threads() == {2}
