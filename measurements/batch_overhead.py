"""Measure what ``llc batch encode`` costs beyond ``llc encode``.

    python -m measurements.batch_overhead --out results/batch-overhead.json

Both encode the same pictures of one megapixel with one thread, one after the other. The CPU time of
the command and its workers is compared, because other programs on the machine hardly change it; the
time on the clock shows what several workers gain, if no other program runs. The figures are
differences between two numbers of pictures, so that start and loading of the model cancel out. The
CPU time of Ray's own processes, which run whether there is work or not, is recorded for a whole
job. Needs Linux and the extra ``scale``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the command and of its workers, and of Ray's own processes; wall seconds."""

    own: float
    ray: float
    wall: float


def cost(words: Sequence[str]) -> Cost:
    """Run ``llc``, and return what it cost."""
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    environment = {**os.environ, _MARK: mark, "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "llcodec", *words], env=environment, stderr=subprocess.DEVNULL
    )
    seen: dict[int, tuple[int, bool]] = {}
    while process.poll() is None:
        for number, (ticks, worker) in _processes(f"{_MARK}={mark}".encode()).items():
            # A process becomes a worker after its start, and has another name before its end.
            seen[number] = ticks, worker or seen.get(number, (0, False))[1]
        time.sleep(_EVERY)
    if process.returncode != 0:
        raise SystemExit(f"llc {' '.join(words)} failed")
    tick = 1 / os.sysconf("SC_CLK_TCK")
    own = [ticks for number, (ticks, worker) in seen.items() if worker or number == process.pid]
    total = sum(ticks for ticks, _ in seen.values())
    wall = time.perf_counter() - start
    return Cost(sum(own) * tick, (total - sum(own)) * tick, wall)


def _processes(mark: bytes) -> dict[int, tuple[int, bool]]:
    """Return clock ticks of the processes with a mark in their environment; which are workers."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes():
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                worker = b"RemoteWorker" in (folder / "cmdline").read_bytes()
                found[int(folder.name)] = int(fields[11]) + int(fields[12]), worker
        except OSError:
            continue  # it has ended, or belongs to someone else
    return found


def measure(folder: Path, few: int, many: int, workers: int) -> dict[str, float]:
    """Return seconds per picture of both commands: of the CPU, and with ``_wall``, on the clock.

    ``ray`` are CPU seconds of Ray's own processes in the longer job, and ``wall`` its seconds;
    start and end are in them.
    """
    figures: dict[str, float] = {}
    ways = {
        "encode": ["encode", "--threads", "1", "--quiet", "--force"],
        "batch": ["batch", "encode", "--workers", str(workers), "--quiet", "--force"],
    }
    for name, words in ways.items():
        less, more = (
            cost([*words, str(folder / f"{count}"), "-o", f"{folder}/{name}-{count}/"])
            for count in (few, many)
        )
        figures[name] = round((more.own - less.own) / (many - few), 4)
        figures[f"{name}_wall"] = round((more.wall - less.wall) / (many - few), 4)
        if name == "batch":
            figures["ray"] = round(more.ray, 4)
            figures["wall"] = round(more.wall, 4)
    return figures


def _ratio(rounds: Sequence[Mapping[str, float]], what: str = "") -> float:
    """Return the median of batch over encode."""
    ratios = [each[f"batch{what}"] / each[f"encode{what}"] for each in rounds]
    return round(statistics.median(ratios), 3)


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
            row = {
                "workers": workers,
                "cpu_ratio": _ratio(rounds),
                "wall_ratio": _ratio(rounds, "_wall"),
            }
            rows.append({**row, "rounds": rounds})
    words = sys.argv[1:] if arguments is None else arguments
    result = {
        "name": "seconds per picture: llc batch encode against llc encode, without the start",
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
