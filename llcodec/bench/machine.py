"""What a result was measured with."""

import platform
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import torch

from llcodec._version import __version__


def machine() -> dict[str, str | int]:
    """Return processor, threads, versions and date, as they stand in every result."""
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
