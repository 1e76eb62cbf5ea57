"""Describe the machine, and the conditions under which times are measured."""

import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from llcodec._version import __version__

# PyTorch is imported in functions, because names of pipelines are checked without it.

WORKER_THREADS: Final = 1
"""The number of threads of each process, if several measure at the same time."""


def machine() -> dict[str, str | int]:
    """Return CPU, threads, versions and date, as every result records them."""
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
    """The conditions that measured times depend on; they sort by date.

    Attributes:
        date: of the measurement, in ISO 8601.
        processor: the model name of the CPU.
        jobs: how many processes measured at the same time.
        threads: of PyTorch, in each process.
        torch: the version of PyTorch.
    """

    date: str
    processor: str
    jobs: int
    threads: int
    torch: str

    def comparable(self, other: "Conditions") -> bool:
        """Whether times under both can be compared: only the dates may differ."""
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
    """Return the number of threads of each of ``jobs`` processes; one job runs in this process."""
    import torch

    return torch.get_num_threads() if jobs == 1 else WORKER_THREADS


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
