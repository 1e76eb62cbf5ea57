"""Measure what ``llc batch encode`` costs beyond ``llc encode``.

    python -m measurements.batch_overhead --out results/batch-overhead.json

Both encode the same pictures of one megapixel with one thread, one after the other. The CPU time of
all processes, including those of Ray, is compared, because other programs on the machine hardly
change it. The figure is the difference between two numbers of pictures, so that start and loading
of the model cancel out. Needs Linux and the extra ``scale``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from PIL import Image

from llcodec._extras import versions_of
from llcodec._outputs import atomic_write
from llcodec.bench.machine import machine
from measurements.scaling import EXAMPLES, mosaic, shape

_MARK: Final = "LLC_OVERHEAD_MARK"
_EVERY: Final = 0.1  # seconds between looks at the processes


def cpu_seconds(words: Sequence[str]) -> tuple[float, float]:
    """Run ``llc``, and return the CPU seconds of all its processes, and the seconds it took."""
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    environment = {**os.environ, _MARK: mark, "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "llcodec", *words], env=environment, stderr=subprocess.DEVNULL
    )
    ticks: dict[int, int] = {}
    while process.poll() is None:
        ticks.update(_ticks_of(f"{_MARK}={mark}".encode()))
        time.sleep(_EVERY)
    if process.returncode != 0:
        raise SystemExit(f"llc {' '.join(words)} failed")
    return sum(ticks.values()) / os.sysconf("SC_CLK_TCK"), time.perf_counter() - start


def _ticks_of(mark: bytes) -> dict[int, int]:
    """Return the clock ticks of each process whose environment has a mark."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes():
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                found[int(folder.name)] = int(fields[11]) + int(fields[12])
        except OSError:
            continue  # it has ended, or belongs to someone else
    return found


def measure(folder: Path, few: int, many: int, workers: int) -> dict[str, float]:
    """Return CPU seconds per picture of ``llc encode`` and of ``llc batch encode``."""
    told: dict[str, float] = {}
    ways = {
        "encode": ["encode", "--threads", "1", "--quiet", "--force"],
        "batch": ["batch", "encode", "--workers", str(workers), "--quiet", "--force"],
    }
    for name, words in ways.items():
        costs = []
        for count in (few, many):
            source, target = folder / f"{count}", folder / f"{name}-{count}"
            costs.append(cpu_seconds([*words, str(source), "-o", f"{target}/"]))
        told[name] = round((costs[1][0] - costs[0][0]) / (many - few), 4)
        told[f"{name}_wall"] = round((costs[1][1] - costs[0][1]) / (many - few), 4)
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--few", type=int, default=4)
    parser.add_argument("--many", type=int, default=24)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--megapixels", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path("results/batch-overhead.json"))
    options = parser.parse_args(arguments)
    rows: list[dict[str, Any]] = []
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        photographs = [Image.open(path).convert("RGB") for path in sorted(EXAMPLES.glob("*.jpg"))]
        picture = mosaic(*shape(options.megapixels), photographs)
        for count in (options.few, options.many):
            (folder / f"{count}").mkdir()
            for number in range(count):
                picture.save(folder / f"{count}" / f"{number:03}.jpg", quality=95)
        for workers in options.workers:
            rounds = []
            for _ in range(options.rounds):
                rounds.append(measure(folder, options.few, options.many, workers))
                print(workers, json.dumps(rounds[-1]), flush=True)
            ratios = [each["batch"] / each["encode"] for each in rounds]
            median = round(statistics.median(ratios), 3)
            rows.append({"workers": workers, "cpu_ratio": median, "rounds": rounds})
    words = sys.argv[1:] if arguments is None else arguments
    result = {
        "name": "CPU seconds per picture: llc batch encode against llc encode, without the start",
        "command": " ".join(["python -m measurements.batch_overhead", *words]),
        "machine": machine() | versions_of("ray"),
        "cores": len(os.sched_getaffinity(0)),
        "megapixels": options.megapixels,
        "few": options.few,
        "many": options.many,
        "rows": rows,
    }
    with atomic_write(options.out) as partial:
        partial.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
