"""How many threads NumPy is told to use."""

import os
import subprocess
import sys

import pytest

from llcodec._threads import announce_threads, thread_count

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
