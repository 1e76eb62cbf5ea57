"""Limits on the time and memory of one input."""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_MOST_SECONDS: Final = 10.0
"""A limit on CPU time, so that a busy machine does not look like a slow decoder."""

_MOST_MEMORY: Final = 256 << 20
"""A limit in bytes on how much one input may raise the peak memory of the process."""


_STATUS: Final = Path("/proc/self/status")


def bounded(
    one_input: Callable[[bytes], object],
    most_seconds: float = _MOST_SECONDS,
    most_memory: int = _MOST_MEMORY,
) -> Callable[[bytes], None]:
    """Return ``one_input`` wrapped to raise AssertionError when an input exceeds a limit."""

    def measured(data: bytes) -> None:
        start, before = time.process_time(), peak_memory()
        one_input(data)
        seconds, memory = time.process_time() - start, peak_memory() - before
        if seconds > most_seconds:
            raise AssertionError(f"{len(data)} bytes take {seconds:.1f} s")
        if memory > most_memory:
            raise AssertionError(f"{len(data)} bytes take {memory >> 20} MiB of memory")

    return measured


def peak_memory() -> int:
    """Return the peak memory of this process, in bytes."""
    if _STATUS.is_file():  # on Linux, getrusage includes the parent's memory
        line = next(x for x in _STATUS.read_text().splitlines() if x.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
