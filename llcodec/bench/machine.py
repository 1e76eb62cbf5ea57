"""Describe the machine, and the conditions that times are measured under."""

import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from llcodec._version import __version__

# PyTorch is imported where it is needed, since names of pipelines are checked without it.

WORKER_THREADS: Final = 1
"""The threads of each process, where several measure side by side."""


def machine() -> dict[str, str | int]:
    """Return processor, threads, versions and date, as every result records them."""
    import torch

    return {
        "processor": _processor(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "llcodec": __version__,
        "date": datetime.now(UTC).date().isoformat(),
    }


@cache
def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


@dataclass(frozen=True, order=True)
class Conditions:
    """What measured seconds depend on besides the work itself; sorted by date.

    Attributes:
        date: of the measurement, as in ISO 8601.
        processor: the name that its maker gave it.
        jobs: how many processes measured side by side.
        threads: of PyTorch, in each process.
        torch: the version of PyTorch.
    """

    date: str
    processor: str
    jobs: int
    threads: int
    torch: str

    def comparable(self, other: "Conditions") -> bool:
        """Whether seconds of both can be compared: only the dates may differ."""
        return replace(self, date=other.date) == other

    def __str__(self) -> str:
        return (
            f"{self.processor}, {_counted(self.jobs, 'job')}, {_counted(self.threads, 'thread')}, "
            f"PyTorch {self.torch}, {self.date}"
        )


def conditions_here(jobs: int) -> Conditions:
    """Return the conditions of this run, in which ``jobs`` processes measure."""
    found = machine()
    return Conditions(
        date=str(found["date"]),
        processor=str(found["processor"]),
        jobs=jobs,
        threads=threads_of(jobs),
        torch=str(found["torch"]),
    )


def threads_of(jobs: int) -> int:
    """Return how many threads each of ``jobs`` processes uses; a single job runs in this one."""
    import torch

    return torch.get_num_threads() if jobs == 1 else WORKER_THREADS


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
